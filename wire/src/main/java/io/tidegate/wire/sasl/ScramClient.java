package io.tidegate.wire.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * The client's side of one SCRAM exchange.
 *
 * <pre>
 *   first() ──client-first──▶        answer(server-first) ──client-final──▶
 *                           answer(server-final) ── empty, serverVerified() holds
 * </pre>
 *
 * Not safe for several threads; for one exchange only.
 */
public final class ScramClient {
  /** Fewer rounds than MongoDB's drivers accept would let a false server ask for a cheap hash. */
  public static final int MIN_ITERATIONS = 4096;

  /** More than any server asks for; keeps a false server from holding our processor. */
  public static final int MAX_ITERATIONS = 1_000_000;

  private static final String GS2_HEADER = "n,,";

  private enum State {
    NEW,
    FIRST_SENT,
    FINAL_SENT,
    VERIFIED,
    FAILED
  }

  private final ScramMechanism mechanism;
  private final String username;
  private final String password;
  private final String nonce;
  private final SaltedKeyCache cache;
  private State state = State.NEW;
  private String clientFirstBare = "";
  private byte[] serverSignature = {};

  /**
   * @param username as the target knows it
   * @param password never leaves this object but as a proof
   * @param nonce printable ASCII without comma, at least 18 random bytes in base64
   * @param cache of derived keys
   */
  public ScramClient(
      ScramMechanism mechanism,
      String username,
      String password,
      String nonce,
      SaltedKeyCache cache) {
    this.mechanism = mechanism;
    this.username = username;
    this.password = password;
    this.nonce = nonce;
    this.cache = cache;
  }

  /** The mechanism that is spoken. */
  public ScramMechanism mechanism() {
    return mechanism;
  }

  /** The first message. */
  public byte[] first() {
    if (state != State.NEW) {
      throw new IllegalStateException("the exchange has begun");
    }
    state = State.FIRST_SENT;
    clientFirstBare = "n=" + ScramMessages.encodeName(username) + ",r=" + nonce;
    return (GS2_HEADER + clientFirstBare).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Takes a message of the server and gives the next one of the client: the proof, and then
   * nothing.
   *
   * @throws ScramException when the server breaks the exchange or cannot prove itself
   */
  public byte[] answer(byte[] message) throws ScramException {
    State before = state;
    state = State.FAILED;
    return switch (before) {
      case FIRST_SENT -> prove(ScramMessages.text(message));
      case FINAL_SENT -> verify(ScramMessages.text(message));
      case NEW, VERIFIED, FAILED ->
          throw new ScramException("the server sent a message that is not expected");
    };
  }

  private byte[] prove(String serverFirst) throws ScramException {
    String[] parts = serverFirst.split(",", -1);
    String wholeNonce = ScramMessages.attribute(parts, 0, 'r');
    byte[] salt = ScramMessages.base64(ScramMessages.attribute(parts, 1, 's'));
    int iterations = ScramMessages.number(ScramMessages.attribute(parts, 2, 'i'));
    if (!wholeNonce.startsWith(nonce) || wholeNonce.length() == nonce.length()) {
      throw new ScramException("the server did not add to the nonce");
    }
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw new ScramException(
          "the server asks for "
              + iterations
              + " iterations; "
              + MIN_ITERATIONS
              + " to "
              + MAX_ITERATIONS
              + " are accepted");
    }
    if (salt.length == 0) {
      throw new ScramException("the server's salt is empty");
    }
    byte[] salted =
        cache.saltedPassword(
            new SaltedKeyCache.Key(mechanism, username, salt, iterations),
            () ->
                mechanism.saltedPassword(mechanism.prepare(username, password), salt, iterations));
    byte[] clientKey = mechanism.hmac(salted, ScramVerifier.CLIENT_KEY);
    String binding =
        Base64.getEncoder().encodeToString(GS2_HEADER.getBytes(StandardCharsets.US_ASCII));
    String withoutProof = "c=" + binding + ",r=" + wholeNonce;
    byte[] auth =
        (clientFirstBare + "," + serverFirst + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
    byte[] signature = mechanism.hmac(mechanism.hash(clientKey), auth);
    serverSignature = mechanism.hmac(mechanism.hmac(salted, ScramVerifier.SERVER_KEY), auth);
    String proof = Base64.getEncoder().encodeToString(ScramMessages.xor(clientKey, signature));
    state = State.FINAL_SENT;
    return (withoutProof + ",p=" + proof).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] verify(String serverFinal) throws ScramException {
    if (serverFinal.startsWith("e=")) {
      throw new ScramException("the server refused the proof");
    }
    byte[] signature =
        ScramMessages.base64(ScramMessages.attribute(serverFinal.split(",", -1), 0, 'v'));
    if (!MessageDigest.isEqual(signature, serverSignature)) {
      throw new ScramException("the server could not prove that it knows the account");
    }
    state = State.VERIFIED;
    return new byte[0];
  }

  /** Whether the server has proven that it knows the account. */
  public boolean serverVerified() {
    return state == State.VERIFIED;
  }

  @Override
  public String toString() {
    return "ScramClient[" + mechanism + ", " + username + ", password=<hidden>]";
  }
}
