package io.tidegate.wire.sasl;

/**
 * The other side of a SCRAM exchange broke it, or could not prove itself. Never quotes a secret.
 */
public final class ScramException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String sentence;

  /**
   * @param sentence what was wrong
   */
  public ScramException(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  /** What was wrong. */
  public String sentence() {
    return sentence;
  }
}
