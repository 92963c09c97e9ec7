package io.tidegate.gateway.identify;

import io.tidegate.access.Binding;
import io.tidegate.access.Lease;
import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.Roster;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.SignIn;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.Command;
import io.tidegate.wire.sasl.ScramGate;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramServer;
import io.tidegate.wire.sasl.ScramVerifier;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The sign-in of a client at a cluster's own port: a user of that cluster, who proves what the
 * user's lease asks for. Whoever is not let in hears the same words, and the same challenge before
 * them, whether the user exists or not.
 */
final class UserSignIn implements SignIn {
  /** For any name: who asks does not learn which users there are. */
  private static final List<String> MECHANISMS =
      List.of(ScramMechanism.SHA_1.mechanismName(), ScramMechanism.SHA_256.mechanismName());

  private final Sessions sessions;
  private final SignInThrottle throttle;
  private final Arrival arrival;
  private final String cluster;
  private final ScramGate gate;

  /** The database that the step under way names. */
  private String database = "";

  /** The exchange under way; null before there was one. */
  private @Nullable Exchange exchange;

  /** What the connection was let in for; null while it is not. */
  private @Nullable Proof proof;

  /**
   * A SCRAM exchange.
   *
   * @param verifier null when there is nobody to let in, or nothing is checked for a while
   */
  private record Exchange(
      Roster.Name name,
      ScramMechanism mechanism,
      @Nullable ScramVerifier verifier,
      boolean barred) {
    @Override
    public String toString() {
      return "Exchange[" + name + ", <hidden>]";
    }
  }

  /** Something that was proven, and whether a newer lease still asks for just that. */
  private interface Proof {
    Roster.Name name();

    boolean goodFor(Lease lease);
  }

  private record Password(Roster.Name name, ScramMechanism mechanism, ScramVerifier verifier)
      implements Proof {
    @Override
    public boolean goodFor(Lease lease) {
      return lease.binding() instanceof Binding.ScramUser user
          && user.username().equals(name.username())
          && user.authDatabase().equals(name.authDatabase())
          && verifier.equals(user.verifier(mechanism));
    }
  }

  UserSignIn(
      Sessions sessions,
      SignInThrottle throttle,
      Supplier<String> nonces,
      byte[] saltKey,
      Arrival arrival,
      String cluster) {
    this.sessions = sessions;
    this.throttle = throttle;
    this.arrival = arrival;
    this.cluster = cluster;
    this.gate = new ScramGate(new ScramServer(this::verifier, saltKey), nonces);
  }

  @Override
  public List<String> mechanisms() {
    return MECHANISMS;
  }

  @Override
  public Step handle(Command command) {
    return switch (command.name()) {
      case "saslStart" -> start(command);
      case "saslContinue" -> scram(command);
      default -> notServed(mechanism(command));
    };
  }

  private Step start(Command command) {
    String mechanism = mechanism(command);
    return ScramMechanism.named(mechanism) == null ? notServed(mechanism) : scram(command);
  }

  private static String mechanism(Command command) {
    BsonElement mechanism = command.body().find("mechanism");
    return mechanism != null && mechanism.isString() ? mechanism.string() : "";
  }

  private static Failed notServed(String mechanism) {
    return switch (mechanism) {
      case "MONGODB-OIDC", "MONGODB-AWS", "MONGODB-X509", "PLAIN", "GSSAPI", "MONGODB-CR" ->
          Refusals.of(RuleId.MECHANISM_NOT_SERVED, mechanism);
      default -> Refusals.of(RuleId.MECHANISM_NOT_SERVED, "an unknown mechanism");
    };
  }

  // SCRAM.

  @Override
  public @Nullable Answered speculative(BsonDocument command) {
    database = command.isString("db") ? command.getString("db").getValue() : "";
    BsonDocument reply = gate.speculative(command);
    return reply == null ? null : new Challenge(reply);
  }

  private Answered scram(Command command) {
    database = command.database();
    ScramGate.Result result = gate.handle(command);
    Exchange under = exchange;
    Proof before = proof;
    if (before != null && under != null && !before.name().equals(under.name())) {
      return Refusals.of(RuleId.SIGNED_IN_ALREADY, "");
    }
    return switch (result) {
      case ScramGate.Continue go -> new Challenge(go.reply());
      case ScramGate.Refused no -> failed(under, no.reason());
      case ScramGate.Accepted yes ->
          under == null || under.verifier() == null
              ? failed(under, "there is no such user any more")
              : letIn(new Password(under.name(), under.mechanism(), under.verifier()), yes.reply());
    };
  }

  private @Nullable ScramVerifier verifier(ScramMechanism mechanism, String username) {
    Roster.Name name = new Roster.Name(cluster, database, username);
    if (throttle.ruling(address(), name, now()) != SignInThrottle.Ruling.CHECK) {
      exchange = new Exchange(name, mechanism, null, true);
      return null;
    }
    Session session = sessions.roster().user(name);
    ScramVerifier verifier =
        session != null && session.lease().binding() instanceof Binding.ScramUser user
            ? user.verifier(mechanism)
            : null;
    exchange = new Exchange(name, mechanism, verifier, false);
    return verifier;
  }

  private Failed failed(@Nullable Exchange under, String reason) {
    if (under != null && !under.barred()) {
      throttle.failed(address(), under.name(), now());
    }
    return Refusals.unexplained(
        RuleId.BAD_CREDENTIAL,
        under != null && under.barred() ? "too many attempts have failed lately" : reason);
  }

  // Whatever was proven.

  private Answered letIn(Proof proven, BsonDocument reply) {
    Session session = sessions.roster().user(proven.name());
    if (session == null || !proven.goodFor(session.lease())) {
      return Refusals.unexplained(RuleId.BAD_CREDENTIAL, "the user has just changed");
    }
    throttle.succeeded(address(), proven.name());
    if (!session.lease().network().admits(arrival.origin(), now())) {
      // Told only to who knows the password.
      return Refusals.of(RuleId.OUTSIDE_NETWORK, "", session.lease().requestUrl());
    }
    proof = proven;
    return new Proven(session, reply);
  }

  @Override
  public @Nullable RuleId lapsed(Session session) {
    Proof proven = proof;
    return proven == null || proven.goodFor(session.lease()) ? null : RuleId.CREDENTIAL_CHANGED;
  }

  private InetAddress address() {
    return arrival.origin().address();
  }

  private Instant now() {
    return sessions.clock().instant();
  }
}
