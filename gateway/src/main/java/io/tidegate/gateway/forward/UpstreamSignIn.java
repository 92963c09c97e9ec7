package io.tidegate.gateway.forward;

import io.tidegate.wire.sasl.ScramLogin;
import io.tidegate.wire.sasl.ScramMechanism;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's sign-in to a target, in as few round trips as the target allows: the first message
 * goes with the hello (speculative authentication), by the mechanism that worked before.
 */
final class UpstreamSignIn {
  private final String user;
  private final @Nullable ScramMechanism known;
  private final Function<ScramMechanism, ScramLogin> logins;
  private final Accounts.Known account;
  private ScramMechanism mechanism;
  private @Nullable ScramLogin login;

  /**
   * @param user {@code database.user}
   * @param logins makes the client's side of a sign-in
   * @param account what is known of it, and learns from this sign-in
   */
  UpstreamSignIn(String user, Function<ScramMechanism, ScramLogin> logins, Accounts.Known account) {
    this.user = user;
    this.known = account.mechanism();
    this.logins = logins;
    this.account = account;
    this.mechanism = known == null ? ScramMechanism.SHA_256 : known;
  }

  /** Whether a step may take some ten milliseconds, and must not be taken on an event loop. */
  boolean slow() {
    return account.isNew();
  }

  /** {@code database.user} to ask the mechanisms of, null when the mechanism is known. */
  @Nullable String mechanismsAskedFor() {
    return known == null ? user : null;
  }

  /** The first message, to go with the hello. */
  BsonDocument speculative() {
    return begin(mechanism).speculative();
  }

  private ScramLogin begin(ScramMechanism with) {
    mechanism = with;
    ScramLogin fresh = logins.apply(with);
    login = fresh;
    return fresh;
  }

  /** What the hello's reply means. */
  ScramLogin.Step greeted(BsonDocument reply) {
    if (reply.get("speculativeAuthenticate") instanceof BsonDocument speculated) {
      return answered(speculated);
    }
    ScramMechanism offered = known == null ? offered(reply) : known;
    return offered == null
        ? new ScramLogin.Failed(
            0, "the account has neither SCRAM-SHA-256 nor SCRAM-SHA-1 at the target")
        : new ScramLogin.Send(begin(offered).first());
  }

  /** The best that the target offers for the account; SHA-1 when it does not say, as drivers do. */
  private static @Nullable ScramMechanism offered(BsonDocument reply) {
    if (!(reply.get("saslSupportedMechs") instanceof BsonArray names)) {
      return ScramMechanism.SHA_1;
    }
    ScramMechanism best = null;
    for (BsonValue name : names) {
      ScramMechanism one =
          name instanceof BsonString text ? ScramMechanism.named(text.getValue()) : null;
      best = one == ScramMechanism.SHA_256 || best == null ? one : best;
    }
    return best;
  }

  /** What the reply to the last command means. */
  ScramLogin.Step answered(BsonDocument reply) {
    ScramLogin present = login;
    ScramLogin.Step step =
        present == null
            ? new ScramLogin.Failed(0, "the target answers what was not asked")
            : present.next(reply);
    switch (step) {
      case ScramLogin.LoggedIn in -> account.remember(mechanism);
      // Next time the mechanisms are asked for again.
      case ScramLogin.Failed failed -> account.forget();
      case ScramLogin.Send send -> {}
    }
    return step;
  }
}
