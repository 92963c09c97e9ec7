package io.tidegate.wire.sasl;

import io.tidegate.wire.Command;
import io.tidegate.wire.ErrorReply;
import java.util.function.Supplier;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a login in MongoDB's commands, one value a connection: {@code saslStart},
 * {@code saslContinue}, and a {@code saslStart} inside a hello. Not thread-safe; cheap enough for
 * an event loop, because the verifier is derived already.
 *
 * <pre>
 *   IDLE ── saslStart ──► CHALLENGED ── saslContinue ──► [EMPTY ── saslContinue ──►] IDLE, accepted
 *     ▲                        └───────── any mistake: code 18 ─────────┘
 *     └─────────────────────────────────────┘
 * </pre>
 */
public final class ScramGate {
  /** What to answer, and what came of it. */
  public sealed interface Result {
    /** The answer to send. */
    BsonDocument reply();
  }

  /**
   * The exchange goes on.
   *
   * @param reply the answer to send
   */
  public record Continue(BsonDocument reply) implements Result {
    @Override
    public String toString() {
      return "Continue[<hidden>]";
    }
  }

  /**
   * The client is who it says; send the answer, then serve it.
   *
   * @param reply the answer to send
   * @param username who it is
   * @param authDatabase the database that it named
   */
  public record Accepted(BsonDocument reply, String username, String authDatabase)
      implements Result {
    @Override
    public String toString() {
      return "Accepted[" + username + ", " + authDatabase + ", <hidden>]";
    }
  }

  /**
   * The client is not let in; send the error. It may try again on the same connection.
   *
   * @param reply the error to send, the same for every reason
   * @param reason for our own log
   */
  public record Refused(BsonDocument reply, String reason) implements Result {}

  private enum State {
    IDLE,
    CHALLENGED,
    EMPTY
  }

  private static final int CONVERSATION = 1;

  private final ScramServer server;
  private final Supplier<String> nonces;
  private State state = State.IDLE;
  private ScramServer.@Nullable Challenged challenged;
  private boolean skipEmptyExchange;
  private String authDatabase = "";
  private String accepted = "";

  /**
   * @param nonces a fresh server nonce at every call: printable ASCII without comma, 24 characters
   *     or more of randomness
   */
  public ScramGate(ScramServer server, Supplier<String> nonces) {
    this.server = server;
    this.nonces = nonces;
  }

  /** Whether the command is one for {@link #handle}. */
  public static boolean isLogin(Command command) {
    return command.isNamed("saslStart") || command.isNamed("saslContinue");
  }

  /** Answers {@code saslStart} or {@code saslContinue}. */
  public Result handle(Command command) {
    return handle(command.body().toBsonDocument(), command.database());
  }

  /** Answers the {@code speculativeAuthenticate} of a hello; a null says nothing in the hello. */
  public @Nullable BsonDocument speculative(BsonDocument command) {
    if (!command.isString("db") || !isSaslStart(command)) {
      return null;
    }
    Result result = handle(command, command.getString("db").getValue());
    // A failed guess is no failed login: the client then goes the whole way.
    return result instanceof Continue go ? withoutOk(go.reply()) : null;
  }

  private static boolean isSaslStart(BsonDocument command) {
    return !command.isEmpty() && command.getFirstKey().equalsIgnoreCase("saslStart");
  }

  private static BsonDocument withoutOk(BsonDocument reply) {
    BsonDocument copy = reply.clone();
    copy.remove("ok");
    return copy;
  }

  private Result handle(BsonDocument command, String database) {
    byte[] payload = payload(command);
    if (payload == null) {
      return refused("the payload is missing");
    }
    if (isSaslStart(command)) {
      return start(command, database, payload);
    }
    BsonValue conversation = command.get("conversationId");
    if (conversation == null
        || !conversation.isNumber()
        || conversation.asNumber().longValue() != CONVERSATION
        || !database.equals(authDatabase)) {
      return refused("the conversation is not known");
    }
    ScramServer.Challenged challenge = challenged;
    return switch (state) {
      case CHALLENGED -> challenge == null ? refused("no challenge") : judge(challenge, payload);
      case EMPTY -> {
        if (payload.length != 0) {
          yield refused("the last message is not empty");
        }
        state = State.IDLE;
        yield new Accepted(answer(new byte[0], true), accepted, authDatabase);
      }
      case IDLE -> refused("there is no exchange to continue");
    };
  }

  private Result start(BsonDocument command, String database, byte[] payload) {
    ScramMechanism mechanism =
        command.isString("mechanism")
            ? ScramMechanism.named(command.getString("mechanism").getValue())
            : null;
    if (mechanism == null) {
      return refused("the mechanism is not supported");
    }
    skipEmptyExchange =
        command.isDocument("options")
            && command
                .getDocument("options")
                .getBoolean("skipEmptyExchange", BsonBoolean.FALSE)
                .getValue();
    authDatabase = database;
    try {
      ScramServer.Challenged challenge = server.challenge(mechanism, payload, nonces.get());
      challenged = challenge;
      state = State.CHALLENGED;
      return new Continue(answer(challenge.message(), false));
    } catch (ScramException e) {
      return refused("the first message is wrong");
    }
  }

  private Result judge(ScramServer.Challenged challenge, byte[] payload) {
    challenged = null;
    return switch (challenge.judge(payload)) {
      case ScramServer.Refused no -> refused(no.reason());
      case ScramServer.Accepted yes -> {
        accepted = yes.username();
        if (skipEmptyExchange) {
          state = State.IDLE;
          yield new Accepted(answer(yes.message(), true), accepted, authDatabase);
        }
        state = State.EMPTY;
        yield new Continue(answer(yes.message(), false));
      }
    };
  }

  /** Every driver sends the payload as a binary. */
  private static byte @Nullable [] payload(BsonDocument command) {
    return command.isBinary("payload") ? command.getBinary("payload").getData() : null;
  }

  private Refused refused(String reason) {
    state = State.IDLE;
    challenged = null;
    return new Refused(
        ErrorReply.document(
            ErrorReply.AUTHENTICATION_FAILED, "AuthenticationFailed", "Authentication failed."),
        reason);
  }

  private static BsonDocument answer(byte[] payload, boolean done) {
    return new BsonDocument("conversationId", new BsonInt32(CONVERSATION))
        .append("done", BsonBoolean.valueOf(done))
        .append("payload", new BsonBinary(payload))
        .append("ok", new BsonDouble(1));
  }

  @Override
  public String toString() {
    return "ScramGate[" + state + ", <hidden>]";
  }
}
