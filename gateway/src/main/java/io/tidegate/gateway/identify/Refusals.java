package io.tidegate.gateway.identify;

import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.SignIn;
import io.tidegate.wire.ErrorReply;

/** The answers to sign-ins that fail. */
final class Refusals {
  private Refusals() {}

  /**
   * With the rule's sentence: for what tells nothing of who exists.
   *
   * @param what is refused, empty where the rule says it all
   */
  static SignIn.Failed of(RuleId rule, String what) {
    return of(rule, what, "");
  }

  /** The same where it is known where to ask. */
  static SignIn.Failed of(RuleId rule, String what, String requestUrl) {
    return of(rule, what, rule.says(), requestUrl);
  }

  /** The same with a reason for our own log. */
  static SignIn.Failed of(RuleId rule, String what, String reason, String requestUrl) {
    return new SignIn.Failed(
        ErrorReply.document(
            rule.code(),
            rule.codeName(),
            "tidegate: rule "
                + rule.id()
                + (what.isEmpty() ? "" : " refuses " + what)
                + ": "
                + rule.says()
                + "; "
                + rule.next(requestUrl)),
        rule,
        reason);
  }

  /**
   * In the words of MongoDB itself, which are the same for whoever is not let in.
   *
   * @param reason for our own log
   */
  static SignIn.Failed unexplained(RuleId rule, String reason) {
    return new SignIn.Failed(
        ErrorReply.document(
            ErrorReply.AUTHENTICATION_FAILED, "AuthenticationFailed", "Authentication failed."),
        rule,
        reason);
  }
}
