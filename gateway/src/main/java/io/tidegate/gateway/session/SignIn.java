package io.tidegate.gateway.session;

import io.tidegate.wire.Command;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The contract of the stage that identifies: one client connection's conversation of sign-in. Made
 * anew for each connection.
 */
public interface SignIn {
  /** Answers {@code saslStart} or {@code saslContinue}. */
  Step handle(Command command);

  /** Answers a sign-in's first message as it hides in a hello; null says nothing in the hello. */
  @Nullable BsonDocument speculative(BsonDocument command);

  /** Makes conversations. */
  interface Factory {
    /**
     * @param bound the session that the connection already belongs to by its certificate, or null
     *     where the sign-in must show it
     */
    SignIn begin(@Nullable Session bound);
  }

  /** Where the conversation stands after a message. */
  sealed interface Step {
    BsonDocument reply();

    /** The client must go on. */
    record Challenge(BsonDocument reply) implements Step {}

    /** The client has proven this session's credential; {@code reply} completes it. */
    record Proven(Session session, BsonDocument reply) implements Step {}

    /**
     * It has not.
     *
     * @param reason for our own log
     */
    record Failed(BsonDocument reply, String reason) implements Step {}
  }
}
