package io.tidegate.gateway.session;

import io.tidegate.access.RuleId;
import io.tidegate.wire.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The contract of the stage that identifies: one client connection's conversation of sign-in. Made
 * anew for each connection.
 */
public interface SignIn {
  /** Answers {@code saslStart}, {@code saslContinue} or {@code authenticate}. */
  Step handle(Command command);

  /**
   * Answers a sign-in's first message as it hides in a hello; null says nothing in the hello, and
   * then the client goes the whole way.
   */
  @Nullable Answered speculative(BsonDocument command);

  /** What a hello tells of, for any name; null where there is nothing to sign in with. */
  @Nullable List<String> mechanisms();

  /** Why what the client has proven is no longer enough for the session's newest lease, or null. */
  @Nullable RuleId lapsed(Session session);

  /** Makes conversations. */
  interface Factory {
    /**
     * @param bound the session that the connection already belongs to by its certificate, or null
     *     where the sign-in must show it
     */
    SignIn begin(Arrival arrival, @Nullable Session bound);
  }

  /** Where the conversation stands after a message. */
  sealed interface Step {}

  /** A step that has its answer. */
  sealed interface Answered extends Step {
    BsonDocument reply();
  }

  /** The client must go on. */
  record Challenge(BsonDocument reply) implements Answered {
    @Override
    public String toString() {
      return "Challenge[<hidden>]";
    }
  }

  /** The client has proven this session's credential; {@code reply} completes it. */
  record Proven(Session session, BsonDocument reply) implements Answered {
    @Override
    public String toString() {
      return "Proven[" + session + ", <hidden>]";
    }
  }

  /**
   * It has not.
   *
   * @param rule that is broken
   * @param reason for our own log
   */
  record Failed(BsonDocument reply, RuleId rule, String reason) implements Answered {}

  /** Somebody else is asked; until he answers nothing else of the connection is read. */
  record Pending(CompletableFuture<Answered> outcome) implements Step {}
}
