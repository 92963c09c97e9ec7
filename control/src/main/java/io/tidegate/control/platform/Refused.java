package io.tidegate.control.platform;

import org.jspecify.annotations.Nullable;

/**
 * A refusal: what was asked cannot be, for a reason the person can act on. It undoes the
 * transaction it is thrown in, and becomes one problem+json document or one message in the portal.
 */
public final class Refused extends RuntimeException {
  private final ErrorCode code;
  private final String next;
  private final @Nullable String subject;

  public Refused(ErrorCode code, String detail) {
    this(code, detail, code.next());
  }

  public Refused(ErrorCode code, String detail, String next) {
    this(code, detail, next, null);
  }

  private Refused(ErrorCode code, String detail, String next, @Nullable String subject) {
    // Refusals are ordinary outcomes: no stack trace is collected for them.
    super(detail, null, false, false);
    this.code = code;
    this.next = next;
    this.subject = subject;
  }

  public static Refused notFound(String what, String reference) {
    return new Refused(
        ErrorCode.NOT_FOUND,
        "There is no " + what + " '" + reference + "' that you can see.",
        ErrorCode.NOT_FOUND.next(),
        what);
  }

  /** The same refusal, saying what kind of object it is about, such as {@code project}. */
  public Refused about(String what) {
    return new Refused(code, detail(), next, what);
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

  /** The kind of object that it is about, where known: {@code project}, {@code API key}. */
  public @Nullable String subject() {
    return subject;
  }

  /** One sentence: what to do next. */
  public String next() {
    return next;
  }
}
