package io.tidegate.gateway.identify;

import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.SignIn;
import io.tidegate.wire.Command;
import io.tidegate.wire.ErrorReply;
import io.tidegate.wire.sasl.ScramGate;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramServer;
import io.tidegate.wire.sasl.ScramVerifier;
import java.security.SecureRandom;
import java.util.Base64;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256 against the local credential of a lease (wire rules, section 6): the user name is
 * the session's id, the verifier stands in the lease, and the password never comes here.
 */
public final class LocalSignIn implements SignIn {
  private static final int NONCE_BYTES = 24;

  private final Sessions sessions;
  private final @Nullable Session bound;
  private final ScramGate gate;

  private LocalSignIn(
      Sessions sessions, SecureRandom random, byte[] saltKey, @Nullable Session bound) {
    this.sessions = sessions;
    this.bound = bound;
    this.gate = new ScramGate(new ScramServer(this::verifier, saltKey), () -> nonce(random));
  }

  private static String nonce(SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return Base64.getEncoder().encodeToString(nonce);
  }

  /** Makes conversations. */
  public static final class Factory implements SignIn.Factory {
    private final Sessions sessions;
    private final SecureRandom random;
    private final byte[] saltKey = new byte[32];

    public Factory(Sessions sessions, SecureRandom random) {
      this.sessions = sessions;
      this.random = random;
      random.nextBytes(saltKey);
    }

    @Override
    public SignIn begin(@Nullable Session bound) {
      return new LocalSignIn(sessions, random, saltKey, bound);
    }
  }

  @Override
  public Step handle(Command command) {
    if (bound != null && bound.localAuth() == null) {
      RuleId rule = RuleId.SIGNS_IN_ITSELF;
      return new Step.Failed(
          ErrorReply.document(
              rule.code(),
              rule.codeName(),
              "tidegate: rule "
                  + rule.id()
                  + ": "
                  + rule.says()
                  + "; "
                  + rule.next(bound.lease().requestUrl())),
          rule.says());
    }
    return switch (gate.handle(command)) {
      case ScramGate.Continue go -> new Step.Challenge(go.reply());
      case ScramGate.Refused no -> new Step.Failed(no.reply(), no.reason());
      case ScramGate.Accepted yes -> {
        Session session = sessions.bySession(yes.username());
        yield session == null
            ? new Step.Failed(
                ErrorReply.document(18, "AuthenticationFailed", "Authentication failed."),
                "the session is over")
            : new Step.Proven(session, yes.reply());
      }
    };
  }

  @Override
  public @Nullable BsonDocument speculative(BsonDocument command) {
    return gate.speculative(command);
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
