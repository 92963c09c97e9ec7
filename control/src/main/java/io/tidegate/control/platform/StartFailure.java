package io.tidegate.control.platform;

/** The control plane cannot start, for a reason the operator can act on. One or two sentences. */
public final class StartFailure extends RuntimeException {
  public StartFailure(String message) {
    super(message);
  }

  public StartFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
