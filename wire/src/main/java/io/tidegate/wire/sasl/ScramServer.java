package io.tidegate.wire.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM exchange.
 *
 * <pre>
 *   first(client-first) ──server-first──▶   last(client-final) ── Proven(server-final) | Refused
 * </pre>
 *
 * An unknown name gets an exchange that looks like any other and fails at its end, so that nobody
 * can find out names. Not safe for several threads; for one exchange only.
 */
public final class ScramServer {
  /** Finds what is kept for a name. */
  @FunctionalInterface
  public interface Verifiers {
    /** Null when nobody has that name. */
    @Nullable ScramVerifier find(String username);
  }

  /** How an exchange ends. */
  public sealed interface Outcome {
    /** The client knows the password; {@code message} proves to it that we know it too. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once
    record Proven(String username, byte[] message) implements Outcome {}

    /** It does not, or the name is unknown: nobody is told which. */
    record Refused() implements Outcome {}
  }

  private static final int FAKE_ITERATIONS = 15_000;

  private enum State {
    NEW,
    FIRST_SENT,
    ENDED
  }

  private final ScramMechanism mechanism;
  private final Verifiers verifiers;
  private final String nonce;
  private final byte[] fakeSaltKey;
  private State state = State.NEW;
  private String username = "";
  private boolean known;
  private @Nullable ScramVerifier verifier;
  private String gs2Header = "";
  private String wholeNonce = "";
  private String soFar = "";

  /**
   * @param nonce printable ASCII without comma, at least 18 random bytes in base64
   * @param fakeSaltKey the same random bytes for the life of the process, so that an unknown name
   *     gets the same salt each time
   */
  public ScramServer(
      ScramMechanism mechanism, Verifiers verifiers, String nonce, byte[] fakeSaltKey) {
    this.mechanism = mechanism;
    this.verifiers = verifiers;
    this.nonce = nonce;
    this.fakeSaltKey = fakeSaltKey.clone();
  }

  /**
   * Takes the client's first message and gives the server's.
   *
   * @throws ScramException when the client breaks the exchange
   */
  public byte[] first(byte[] message) throws ScramException {
    if (state != State.NEW) {
      throw new ScramException("the exchange has begun");
    }
    state = State.ENDED;
    String text = ScramMessages.text(message);
    String[] parts = text.split(",", -1);
    if (parts.length < 4) {
      throw new ScramException("the client's first message is too short");
    }
    if (!parts[0].equals("n") && !parts[0].equals("y")) {
      throw new ScramException("channel binding is not offered");
    }
    if (!parts[1].isEmpty()) {
      throw new ScramException("acting as somebody else is not offered");
    }
    if (parts[2].startsWith("m=")) {
      throw new ScramException("an extension is demanded that is not known");
    }
    username = ScramMessages.decodeName(ScramMessages.attribute(parts, 2, 'n'));
    String clientNonce = ScramMessages.attribute(parts, 3, 'r');
    if (clientNonce.isEmpty()) {
      throw new ScramException("the client's nonce is empty");
    }
    gs2Header = parts[0] + ",,";
    ScramVerifier found = verifiers.find(username);
    known = found != null && found.mechanism() == mechanism;
    ScramVerifier used = known && found != null ? found : fake();
    verifier = used;
    wholeNonce = clientNonce + nonce;
    String serverFirst =
        "r="
            + wholeNonce
            + ",s="
            + Base64.getEncoder().encodeToString(used.salt())
            + ",i="
            + used.iterations();
    soFar = text.substring(gs2Header.length()) + "," + serverFirst;
    state = State.FIRST_SENT;
    return serverFirst.getBytes(StandardCharsets.UTF_8);
  }

  private ScramVerifier fake() {
    byte[] salt =
        mechanism.hmac(fakeSaltKey, ("salt " + username).getBytes(StandardCharsets.UTF_8));
    byte[] key = mechanism.hmac(fakeSaltKey, ("key " + username).getBytes(StandardCharsets.UTF_8));
    return new ScramVerifier(
        mechanism,
        java.util.Arrays.copyOf(salt, mechanism == ScramMechanism.SHA_1 ? 16 : 28),
        FAKE_ITERATIONS,
        key,
        key);
  }

  /**
   * Takes the client's proof.
   *
   * @throws ScramException when the client breaks the exchange
   */
  public Outcome last(byte[] message) throws ScramException {
    ScramVerifier used = verifier;
    if (state != State.FIRST_SENT || used == null) {
      throw new ScramException("no proof is expected");
    }
    state = State.ENDED;
    String text = ScramMessages.text(message);
    int proofAt = text.lastIndexOf(",p=");
    if (proofAt < 0) {
      throw new ScramException("the client's last message lacks a proof");
    }
    String withoutProof = text.substring(0, proofAt);
    String[] parts = withoutProof.split(",", -1);
    byte[] binding = ScramMessages.base64(ScramMessages.attribute(parts, 0, 'c'));
    if (!MessageDigest.isEqual(binding, gs2Header.getBytes(StandardCharsets.US_ASCII))) {
      throw new ScramException("the client changed the channel binding");
    }
    if (!ScramMessages.attribute(parts, 1, 'r').equals(wholeNonce)) {
      throw new ScramException("the client changed the nonce");
    }
    byte[] proof = ScramMessages.base64(text.substring(proofAt + ",p=".length()));
    if (proof.length != mechanism.hashLength()) {
      throw new ScramException("the client's proof has another length");
    }
    byte[] auth = (soFar + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
    byte[] clientKey = ScramMessages.xor(proof, mechanism.hmac(used.storedKey(), auth));
    boolean proven = MessageDigest.isEqual(mechanism.hash(clientKey), used.storedKey());
    if (!proven || !known) {
      return new Outcome.Refused();
    }
    String signature = Base64.getEncoder().encodeToString(mechanism.hmac(used.serverKey(), auth));
    return new Outcome.Proven(username, ("v=" + signature).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "ScramServer[" + mechanism + ", " + state + "]";
  }
}
