package io.tidegate.control.platform;

/**
 * A refusal: what was asked cannot be, for a reason the person can act on. It undoes the
 * transaction it is thrown in, and becomes one problem+json document or one message in the portal.
 */
public final class Refused extends RuntimeException {
  private final ErrorCode code;
  private final String next;

  public Refused(ErrorCode code, String detail) {
    this(code, detail, code.next());
  }

  public Refused(ErrorCode code, String detail, String next) {
    // Refusals are ordinary outcomes: no stack trace is collected for them.
    super(detail, null, false, false);
    this.code = code;
    this.next = next;
  }

  public static Refused notFound(String what, String reference) {
    return new Refused(
        ErrorCode.NOT_FOUND, "There is no " + what + " '" + reference + "' that you can see.");
  }

  public static Refused notAllowed(String rule) {
    return new Refused(ErrorCode.NOT_ALLOWED, rule);
  }

  public ErrorCode code() {
    return code;
  }

  /** One sentence: which rule, with the facts of this case. */
  public String detail() {
    String message = getMessage();
    return message == null ? code.title() : message;
  }

  /** One sentence: what to do next. */
  public String next() {
    return next;
  }
}
