package io.tidegate.wire.sasl;

import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A SCRAM login in MongoDB's commands: give each answer of the server to {@link #next}, send what
 * comes back. One value serves one login and is not thread-safe; {@code next} can take as long as
 * {@link ScramClient.Started#prove}.
 *
 * <pre>
 *   begin ─► saslStart ─► saslContinue (proof) ─► [empty saslContinue, when the server wants it] ─► LoggedIn
 *                  └────────────────── Failed ──────────────────┘
 * </pre>
 */
public final class ScramLogin {
  /** What to do now. */
  public sealed interface Step {}

  /**
   * Send this command and give the answer to {@link ScramLogin#next}.
   *
   * @param command with {@code $db}
   */
  public record Send(BsonDocument command) implements Step {
    /** The payload is part of a proof. */
    @Override
    public String toString() {
      return "Send[<hidden>]";
    }
  }

  /** The server took us for who we are, and proved itself. */
  public record LoggedIn() implements Step {}

  /**
   * It ended without a login.
   *
   * @param code the server's error code; 0 when the server broke the exchange
   * @param sentence what was wrong
   */
  public record Failed(int code, String sentence) implements Step {}

  private enum State {
    STARTED,
    PROVED,
    VERIFIED,
    OVER
  }

  private final String database;
  private final ScramClient.Started started;
  private State state = State.STARTED;
  private ScramClient.@Nullable Proved proved;
  private BsonValue conversationId = new BsonInt32(0);

  private ScramLogin(String database, ScramClient.Started started) {
    this.database = database;
    this.started = started;
  }

  /**
   * A login that is about to begin.
   *
   * @param authDatabase where the user is defined
   * @param nonce see {@link ScramClient#start}
   */
  public static ScramLogin of(
      ScramCredential credential, String authDatabase, String nonce, SaltedKeyCache cache) {
    return new ScramLogin(authDatabase, ScramClient.start(credential, nonce, cache));
  }

  /** The first command. */
  public BsonDocument first() {
    return new BsonDocument("saslStart", new BsonInt32(1))
        .append("mechanism", new BsonString(started.mechanism().mechanismName()))
        .append("payload", new BsonBinary(started.message()))
        .append("autoAuthorize", new BsonInt32(1))
        .append("options", new BsonDocument("skipEmptyExchange", BsonBoolean.TRUE))
        .append("$db", new BsonString(database));
  }

  /** The first command as it goes into a hello: with {@code db} instead of {@code $db}. */
  public BsonDocument speculative() {
    BsonDocument command = first();
    command.remove("$db");
    return command.append("db", new BsonString(database));
  }

  /** What follows from the server's answer. After the end it fails. */
  public Step next(BsonDocument reply) {
    Step step = advance(reply);
    if (!(step instanceof Send)) {
      state = State.OVER;
    }
    return step;
  }

  private Step advance(BsonDocument reply) {
    BsonValue ok = reply.get("ok");
    // A reply inside a hello has no ok of its own.
    if (ok != null && (!ok.isNumber() || ok.asNumber().doubleValue() != 1)) {
      return new Failed(
          reply.isNumber("code") ? reply.getNumber("code").intValue() : 0,
          reply.isString("errmsg")
              ? reply.getString("errmsg").getValue()
              : "the server refused the login");
    }
    if (!reply.isBinary("payload") || !reply.containsKey("conversationId")) {
      return new Failed(0, "the server's answer is none to a login");
    }
    byte[] payload = reply.getBinary("payload").getData();
    boolean done = reply.isBoolean("done") && reply.getBoolean("done").getValue();
    try {
      return switch (state) {
        case STARTED -> {
          if (done) {
            yield new Failed(0, "the server ended the login before any proof");
          }
          conversationId = reply.get("conversationId");
          ScramClient.Proved proof = started.prove(payload);
          proved = proof;
          state = State.PROVED;
          yield new Send(goOn(proof.message()));
        }
        case PROVED -> {
          ScramClient.Proved proof = proved;
          if (proof == null) {
            throw new IllegalStateException("proved without proof");
          }
          proof.verify(payload);
          state = State.VERIFIED;
          yield done ? new LoggedIn() : new Send(goOn(new byte[0]));
        }
        case VERIFIED -> done ? new LoggedIn() : new Failed(0, "the server does not end the login");
        case OVER -> new Failed(0, "the login is over");
      };
    } catch (ScramException e) {
      return new Failed(0, e.sentence());
    }
  }

  private BsonDocument goOn(byte[] payload) {
    return new BsonDocument("saslContinue", new BsonInt32(1))
        .append("conversationId", conversationId)
        .append("payload", new BsonBinary(payload))
        .append("$db", new BsonString(database));
  }

  @Override
  public String toString() {
    return "ScramLogin[" + state + ", <hidden>]";
  }
}
