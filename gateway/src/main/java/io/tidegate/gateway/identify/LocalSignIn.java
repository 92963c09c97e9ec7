package io.tidegate.gateway.identify;

import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.SignIn;
import io.tidegate.wire.Command;
import io.tidegate.wire.sasl.ScramGate;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramServer;
import io.tidegate.wire.sasl.ScramVerifier;
import java.util.List;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256 against the local credential of a lease (wire rules, section 6): the user name is
 * the session's id, the verifier stands in the lease, and the password never comes here.
 */
final class LocalSignIn implements SignIn {
  private static final List<String> MECHANISMS = List.of(ScramMechanism.SHA_256.mechanismName());

  private final Sessions sessions;
  private final @Nullable Session bound;
  private final ScramGate gate;

  LocalSignIn(Sessions sessions, Supplier<String> nonces, byte[] saltKey, @Nullable Session bound) {
    this.sessions = sessions;
    this.bound = bound;
    this.gate = new ScramGate(new ScramServer(this::verifier, saltKey), nonces);
  }

  @Override
  public Step handle(Command command) {
    if (bound != null && bound.localAuth() == null) {
      return Refusals.of(RuleId.SIGNS_IN_ITSELF, "", bound.lease().requestUrl());
    }
    return switch (gate.handle(command)) {
      case ScramGate.Continue go -> new Challenge(go.reply());
      case ScramGate.Refused no -> new Failed(no.reply(), RuleId.LOCAL_CREDENTIAL, no.reason());
      case ScramGate.Accepted yes -> {
        Session session = sessions.bySession(yes.username());
        yield session == null
            ? Refusals.unexplained(RuleId.LOCAL_CREDENTIAL, "the session is over")
            : new Proven(session, yes.reply());
      }
    };
  }

  @Override
  public @Nullable Answered speculative(BsonDocument command) {
    BsonDocument reply = gate.speculative(command);
    return reply == null ? null : new Challenge(reply);
  }

  @Override
  public @Nullable List<String> mechanisms() {
    return bound == null || bound.localAuth() != null ? MECHANISMS : null;
  }

  @Override
  public @Nullable RuleId lapsed(Session session) {
    // Its tunnel, or its local port, is proof enough.
    return null;
  }

  private @Nullable ScramVerifier verifier(ScramMechanism mechanism, String username) {
    Session session = sessions.bySession(username);
    return mechanism != ScramMechanism.SHA_256
            || session == null
            || (bound != null && bound != session)
        ? null
        : session.localAuth();
  }
}
