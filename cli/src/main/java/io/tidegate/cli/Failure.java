package io.tidegate.cli;

/** Why a command did not do what was asked: for the person, one sentence and what to do next. */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;
  private final String code;
  private final String next;

  /**
   * @param code stable name of what went wrong, such as {@code no-flow}
   * @param next what to do next, as a sentence; empty if there is nothing to say
   */
  public Failure(ExitCode exitCode, String code, String sentence, String next) {
    super(sentence);
    this.exitCode = exitCode;
    this.code = code;
    this.next = next;
  }

  public ExitCode exitCode() {
    return exitCode;
  }

  public String code() {
    return code;
  }

  public String sentence() {
    return String.valueOf(getMessage());
  }

  public String next() {
    return next;
  }
}
