package io.tidegate.cli;

/** What the shell gets back, the same for every command. */
public enum ExitCode {
  OK(0, "done; also after Ctrl+C ended a session"),
  FAILURE(1, "something went wrong"),
  USAGE(2, "the command line is not understood, or a value is not allowed"),
  NOT_SIGNED_IN(3, "not signed in, or the sign-in has expired or was refused"),
  REFUSED(4, "refused: not allowed, denied by an approver, or no rule leads there"),
  NOT_FOUND(5, "no such thing, or not yours to see"),
  UNREACHABLE(6, "the control plane or the gateway cannot be reached"),
  ENDED(7, "the session, grant or request ended: expired, revoked or cancelled"),
  NOT_WHOLE(8, "audit verify: the log is not whole"),
  INTERRUPTED(130, "stopped with Ctrl+C before it was done");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }
}
