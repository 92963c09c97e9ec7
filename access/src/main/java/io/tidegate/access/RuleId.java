package io.tidegate.access;

/**
 * Every reason for which a command is refused, with its stable id, the error a client sees, and the
 * sentence that says what to do next. This is the one place for all of them.
 *
 * <p>The codes are chosen so that no driver retries or looks for another server: 13 (Unauthorized),
 * 18 (AuthenticationFailed) and 43 (CursorNotFound) only.
 */
public enum RuleId {
  /** The lease carries no privilege for something that the command touches. */
  OUTSIDE_LEASE(
      "outside-lease", "the lease does not cover it", "request access that does at {url}"),
  /** The command, a field of it, or a stage is not one whose effect is known. */
  NOT_UNDERSTOOD(
      "not-understood",
      "Tidegate does not know what it would touch",
      "leave it out, or ask your administrator at {url}"),
  /** A database or collection name that MongoDB itself would not take from a client. */
  BAD_NAMESPACE(
      "bad-namespace", "the name is not one a client may use", "correct the name and try again"),
  /** Server-side JavaScript: {@code $where}, {@code $function}, {@code mapReduce} and the like. */
  JAVASCRIPT(
      "javascript",
      "it runs JavaScript on the server, which the lease does not allow",
      "use aggregation operators, or request an account that may at {url}"),
  /** A command that servers use among themselves, or that tests use. */
  INTERNAL_COMMAND(
      "internal-command", "only servers use it among themselves", "it is not available to clients"),
  /** A field with which one server speaks for a user to another. */
  INTERNAL_FIELD(
      "internal-field",
      "a client may not speak for another user or server",
      "remove the field and try again"),
  /** Shows the account inside the target, and so perhaps what else it may do. */
  ACCOUNT_DETAILS(
      "account-details", "it shows the account that the gateway signs in with", "leave it out"),
  /** Under a lease for diagnostics: an answer that could hold a piece of a document. */
  SHOWS_DOCUMENTS(
      "shows-documents",
      "access for support shows how the deployment is doing and never a document",
      "use serverStatus, currentOp, collStats, listIndexes and the like, or ask at {url} for what"
          + " needs data"),
  /** Changes to users, roles and passwords, which would stay after the lease is over. */
  OUTLIVES_LEASE(
      "outlives-lease",
      "what it changes about users and roles would outlive the lease",
      "ask an administrator of the database to do it outside Tidegate"),
  /** A command that applies raw entries of the operation log. */
  RAW_OPERATIONS(
      "raw-operations",
      "it applies operations that are not checked one by one",
      "use the ordinary commands instead"),
  /** Ends sessions, operations or cursors of everybody who shares the account. */
  OTHERS_WORK(
      "others-work",
      "it reaches into the work of others who share the account",
      "name only your own sessions and operations, or request access at {url}"),
  /** A logical session that belongs to another Tidegate session. */
  FOREIGN_SESSION(
      "foreign-session",
      "the logical session belongs to somebody else",
      "let your driver make a session of its own"),
  /** A cursor that this Tidegate session did not open. */
  FOREIGN_CURSOR("foreign-cursor", "the cursor is not of this session", "run the query again", 43),
  /** Signing in to the target as somebody else. */
  SIGNS_IN_ITSELF(
      "signs-in-itself",
      "the gateway signs in for you",
      "remove user and password from the connection string",
      18),
  /** The local credential of the lease was wrong or missing. */
  LOCAL_CREDENTIAL(
      "local-credential",
      "the local user or password is not the one of this session",
      "copy the connection string again from tidegate db access",
      18),
  /** A direct client from an address, or by a private endpoint, that the lease does not admit. */
  OUTSIDE_NETWORK(
      "outside-network",
      "the address or private endpoint you come from is not admitted",
      "have it put on the project's access list, or ask at {url}",
      18),
  /** A direct client whose user, password or certificate is none that a lease knows. */
  BAD_CREDENTIAL(
      "bad-credential",
      "the user, password or certificate is not one that is let in here",
      "check it with whoever gave it to you",
      18),
  /** What a live direct connection signed in with is not what its lease asks for now. */
  CREDENTIAL_CHANGED(
      "credential-changed",
      "what you signed in with is not valid",
      "sign in again with what replaces it",
      18),
  /** A second sign-in on one connection, as somebody else. */
  SIGNED_IN_ALREADY(
      "signed-in-already",
      "the connection is signed in as another user",
      "open another connection for another user",
      18),
  /** A sign-in by certificate on a connection that brought none. */
  NO_CERTIFICATE(
      "no-certificate",
      "no certificate came with the connection",
      "give your client a certificate and its key (tlsCertificateKeyFile)",
      18),
  /** A sign-in by LDAP while the directory does not answer. */
  DIRECTORY_AWAY(
      "directory-away",
      "the directory that knows your password cannot be asked at the moment",
      "try again in a moment, or tell your administrator",
      18),
  /** A way to sign in that Tidegate itself does not serve. */
  MECHANISM_NOT_SERVED(
      "mechanism-not-served",
      "this way to sign in is not served here",
      "use a user with a password, a certificate or an LDAP name",
      18),
  /** The lease has not begun. */
  LEASE_NOT_BEGUN("lease-not-begun", "the lease has not begun yet", "try again in a moment"),
  /** The lease is over. */
  LEASE_EXPIRED("lease-expired", "your access has ended", "request it again at {url}"),
  /** The grant was taken back. */
  LEASE_REVOKED("lease-revoked", "your access was revoked", "request it again at {url}"),
  /** Somebody ended the session. */
  SESSION_ENDED("session-ended", "the session was ended", "start a new one, or ask at {url}"),
  /** More connections than the lease allows. */
  TOO_MANY_CONNECTIONS(
      "too-many-connections",
      "the session has as many connections as it may",
      "close some, or set maxPoolSize lower"),
  /** More data under way than the lease allows. */
  TOO_MUCH_IN_FLIGHT(
      "too-much-in-flight",
      "the session or its gateway has as much data under way as it may",
      "send smaller batches, or try again in a moment"),
  /** A command that the gateway reads whole, larger than any driver sends it. */
  TOO_LARGE("too-large", "it is larger than such a command ever is", "send it in smaller parts"),
  /** As many open cursors as one session may have. */
  TOO_MANY_CURSORS(
      "too-many-cursors",
      "the session has as many open cursors as it may",
      "read some to their end or close them, or start a new session"),
  /** As many open transactions as one session may have. */
  TOO_MANY_TRANSACTIONS(
      "too-many-transactions",
      "the session has as many open transactions as it may",
      "commit or abort some, or start a new session"),
  /** The record cannot be written, so nothing may run. */
  CANNOT_RECORD(
      "cannot-record",
      "the session cannot be recorded at the moment",
      "try again later, or tell your administrator at {url}");

  private final String id;
  private final String says;
  private final String next;
  private final int code;

  RuleId(String id, String says, String next) {
    this(id, says, next, 13);
  }

  RuleId(String id, String says, String next, int code) {
    this.id = id;
    this.says = says;
    this.next = next;
    this.code = code;
  }

  /** The stable kebab-case id, as audit entries and errors carry it. */
  public String id() {
    return id;
  }

  /** Why, in words that follow a colon. */
  public String says() {
    return says;
  }

  /** What to do, with the address to ask at filled in. */
  public String next(String requestUrl) {
    return next.replace("{url}", requestUrl);
  }

  /** The error code of MongoDB: 13, 18 or 43. */
  public int code() {
    return code;
  }

  /** The name that belongs to {@link #code()}. */
  public String codeName() {
    return switch (code) {
      case 18 -> "AuthenticationFailed";
      case 43 -> "CursorNotFound";
      default -> "Unauthorized";
    };
  }

  @Override
  public String toString() {
    return id;
  }
}
