package io.tidegate.control.platform;

/**
 * Every way that the control plane refuses, in one place: the stable name that scripts rely on, the
 * HTTP status, a title, and what to do next. A refusal may replace the next step with one that
 * knows more.
 */
public enum ErrorCode {
  BAD_INPUT("bad-input", 400, "The request is not valid", "Correct the named field and try again."),
  NOT_SIGNED_IN(
      "not-signed-in",
      401,
      "Not signed in",
      "Sign in with `tidegate login`, or send a bearer token."),
  BAD_CREDENTIALS(
      "bad-credentials",
      401,
      "The name or the password is wrong",
      "Check both; an administrator can set a new password."),
  TOO_MANY_ATTEMPTS(
      "too-many-attempts", 429, "Too many attempts", "Wait for the stated time, then try again."),
  CSRF("csrf", 403, "The form is too old", "Reload the page and send it again."),
  NOT_ALLOWED(
      "not-allowed",
      403,
      "Not allowed",
      "Ask an owner of the project or an administrator of the organization."),
  OWN_REQUEST(
      "own-request",
      403,
      "Nobody decides their own request",
      "Another approver of this flow has to decide."),
  NOT_FOUND(
      "not-found",
      404,
      "No such object, or not yours to see",
      "Check the name or the id, and whose project it is in."),
  METHOD_NOT_ALLOWED("method-not-allowed", 405, "Not possible here", "See /api/v1/openapi.json."),
  NAME_TAKEN("name-taken", 409, "The name is taken", "Choose another name."),
  IN_USE("in-use", 409, "Still in use", "End what uses it first."),
  STATE_CONFLICT(
      "state-conflict",
      409,
      "Not possible in this state",
      "Load the object again to see what became of it."),
  REQUEST_OPEN(
      "request-open",
      409,
      "A request of yours for this account is open already",
      "Wait for its decision, or cancel it and ask again."),
  IDEMPOTENCY_MISMATCH(
      "idempotency-mismatch",
      422,
      "The Idempotency-Key was used for something else",
      "Use a new key for a new request."),
  VERSION_CONFLICT(
      "version-conflict",
      412,
      "Somebody else changed it first",
      "Load it again and repeat the change with the new ETag."),
  VERSION_REQUIRED(
      "version-required",
      428,
      "If-Match is required",
      "Send the ETag of the version that you changed, in If-Match."),
  NO_FLOW(
      "no-flow",
      403,
      "No access flow leads there for you",
      "Ask an owner of the project to add an access flow for this account."),
  DURATION_OUT_OF_BOUNDS(
      "duration-out-of-bounds",
      400,
      "The duration is outside what the flow allows",
      "Ask for a duration within the stated bounds."),
  REASON_REQUIRED(
      "reason-required", 400, "A reason is required", "Say why, with `--reason` or in the form."),
  GRANT_ENDED(
      "grant-ended", 403, "The grant has ended", "Request access again with `tidegate db access`."),
  SESSION_LIMIT(
      "session-limit",
      409,
      "Too many live sessions under this grant",
      "End one of them with `tidegate sessions end`."),
  GATEWAY_OFFLINE(
      "gateway-offline",
      503,
      "No gateway for this resource is connected",
      "Start the gateway, or see its state on the gateways page."),
  GATEWAY_REFUSED(
      "gateway-refused",
      502,
      "The gateway could not start the session",
      "See the reason; for a wrong stored password an owner updates the account."),
  GATEWAY_TIMEOUT(
      "gateway-timeout",
      504,
      "The gateway did not answer in time",
      "Try again; if it stays so, see the gateway's log."),
  RECORDING_UNAVAILABLE(
      "recording-unavailable",
      503,
      "The recording cannot be read now",
      "It is kept at the gateway; try again when that is connected."),
  AUDIT_UNAVAILABLE(
      "audit-unavailable",
      503,
      "The audit log cannot be written, so no access is given",
      "Free disk space or repair the data folder; it goes on by itself after."),
  AUTHORIZATION_PENDING(
      "authorization_pending", 400, "Not confirmed yet", "Keep polling at the given interval."),
  SLOW_DOWN("slow_down", 400, "Polling too fast", "Add five seconds to the interval."),
  EXPIRED_TOKEN("expired_token", 400, "The code has expired", "Start the sign-in again."),
  ACCESS_DENIED("access_denied", 400, "The sign-in was refused", "Start the sign-in again."),
  TOO_MANY_VIEWS(
      "too-many-views",
      429,
      "Too many live views at once",
      "Close one that you do not need any more."),
  BODY_TOO_LARGE("body-too-large", 413, "The request is too large", "Send less at once."),
  BAD_MEDIA_TYPE("bad-media-type", 415, "Not a media type that this takes", "Send JSON."),
  INTERNAL(
      "internal",
      500,
      "Something went wrong inside Tidegate",
      "Try again; the server's log has the details under this instance.");

  private final String code;
  private final int status;
  private final String title;
  private final String next;

  ErrorCode(String code, int status, String title, String next) {
    this.code = code;
    this.status = status;
    this.title = title;
    this.next = next;
  }

  /** The stable name, in kebab case; the device grant's as RFC 8628 section 3.5 spells them. */
  public String code() {
    return code;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** What to do next, as one sentence. */
  public String next() {
    return next;
  }
}
