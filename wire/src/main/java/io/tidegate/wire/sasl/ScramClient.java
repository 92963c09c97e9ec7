package io.tidegate.wire.sasl;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The client's side of SCRAM (RFC 5802, RFC 7677), without channel binding, as MongoDB asks. Each
 * state is a value that knows only what may come next:
 *
 * <pre>
 *   start ──► Started ── prove(server-first) ──► Proved ── verify(server-final) ──► done
 *                 └─────────── ScramException at any wrong answer ───────────┘
 * </pre>
 */
public final class ScramClient {
  /** Fewer iterations are refused: a server that asks for few wants the password guessed. */
  public static final int MIN_ITERATIONS = 4096;

  /** More are refused: about a second of one core, many times what anybody configures. */
  public static final int MAX_ITERATIONS = 1_000_000;

  private ScramClient() {}

  /**
   * Begins an exchange.
   *
   * @param nonce fresh for every exchange: printable ASCII without comma, 24 characters or more of
   *     randomness
   * @throws IllegalArgumentException when the password cannot be prepared
   */
  public static Started start(ScramCredential credential, String nonce, SaltedKeyCache cache) {
    return start(
        credential.mechanism(),
        credential.username(),
        ScramCrypto.secret(credential.mechanism(), credential.username(), credential.password()),
        nonce,
        cache);
  }

  /** With a password that is prepared already: the vectors of RFC 5802 know no digest. */
  static Started start(
      ScramMechanism mechanism,
      String username,
      String secret,
      String nonce,
      SaltedKeyCache cache) {
    return new Started(mechanism, username, secret, nonce, cache);
  }

  /** The first message is made; the server's first is awaited. */
  public static final class Started {
    private final ScramMechanism mechanism;
    private final String username;
    private final String secret;
    private final String nonce;
    private final SaltedKeyCache cache;

    private Started(
        ScramMechanism mechanism,
        String username,
        String secret,
        String nonce,
        SaltedKeyCache cache) {
      this.mechanism = mechanism;
      this.username = username;
      this.secret = secret;
      this.nonce = nonce;
      this.cache = cache;
    }

    private String bare() {
      return "n=" + ScramMessage.escape(username) + ",r=" + nonce;
    }

    /** The mechanism of this exchange. */
    public ScramMechanism mechanism() {
      return mechanism;
    }

    /** client-first-message, the payload of {@code saslStart}. */
    public byte[] message() {
      return ScramCrypto.utf8("n,," + bare());
    }

    /**
     * Answers the server. Derives the keys when the cache has none, which takes milliseconds to a
     * second: not for an event loop.
     *
     * @throws ScramException when the server's message is wrong, its nonce does not go on from
     *     ours, or its iterations are out of bounds
     */
    public Proved prove(byte[] serverFirst) throws ScramException {
      ScramMessage.Reader reader = ScramMessage.read(serverFirst);
      String bothNonces = ScramMessage.checkNonce(reader.next('r'));
      if (!bothNonces.startsWith(nonce) || bothNonces.length() == nonce.length()) {
        throw new ScramException("the server's nonce does not go on from ours");
      }
      String saltText = reader.next('s');
      byte[] salt = ScramMessage.base64(saltText, 's');
      int iterations = iterations(reader.next('i'));
      ScramKeys keys =
          cache.keys(
              new SaltedKeyCache.Origin(
                  mechanism,
                  username,
                  saltText,
                  iterations,
                  ScramMessage.base64(
                      ScramCrypto.hash(ScramMechanism.SHA_256, ScramCrypto.utf8(secret)))),
              () -> ScramCrypto.keys(mechanism, secret, salt, iterations));
      String withoutProof = "c=biws,r=" + bothNonces;
      byte[] authMessage = ScramCrypto.utf8(bare() + "," + reader.whole() + "," + withoutProof);
      byte[] storedKey = ScramCrypto.hash(mechanism, keys.clientKey());
      byte[] proof =
          ScramCrypto.xor(keys.clientKey(), ScramCrypto.hmac(mechanism, storedKey, authMessage));
      return new Proved(
          ScramCrypto.utf8(withoutProof + ",p=" + ScramMessage.base64(proof)),
          ScramCrypto.hmac(mechanism, keys.serverKey(), authMessage));
    }

    private static int iterations(String text) throws ScramException {
      int iterations;
      try {
        iterations = Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw new ScramException("the iterations are no number");
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
      return iterations;
    }

    @Override
    public String toString() {
      return "Started[" + mechanism + ", " + username + ", <hidden>]";
    }
  }

  /** The proof is made; the server's own proof is awaited. */
  public static final class Proved {
    private final byte[] message;
    private final byte[] serverSignature;

    private Proved(byte[] message, byte[] serverSignature) {
      this.message = message;
      this.serverSignature = serverSignature;
    }

    /** client-final-message, the payload of {@code saslContinue}. */
    public byte[] message() {
      return Arrays.copyOf(message, message.length);
    }

    /**
     * Checks that the server knows the password too.
     *
     * @throws ScramException when it reports an error or its signature is wrong
     */
    public void verify(byte[] serverFinal) throws ScramException {
      ScramMessage.Reader reader = ScramMessage.read(serverFinal);
      if (reader.startsWith("e=")) {
        throw new ScramException("the server refused the proof");
      }
      byte[] signature = ScramMessage.base64(reader.next('v'), 'v');
      if (!MessageDigest.isEqual(signature, serverSignature)) {
        throw new ScramException("the server could not prove that it knows the password");
      }
    }

    @Override
    public String toString() {
      return "Proved[<hidden>]";
    }
  }
}
