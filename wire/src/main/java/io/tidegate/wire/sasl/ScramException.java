package io.tidegate.wire.sasl;

/** The other side broke the exchange, or could not prove itself. Says nothing secret. */
public final class ScramException extends Exception {
  private static final long serialVersionUID = 1;

  public ScramException(String message) {
    super(message);
  }
}
