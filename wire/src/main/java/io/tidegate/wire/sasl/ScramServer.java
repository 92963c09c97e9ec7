package io.tidegate.wire.sasl;

import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of SCRAM, without channel binding. A user that does not exist gets a challenge
 * like any other, with a salt that is the same each time and cannot be told from a real one, and is
 * refused only after the proof, as somebody with a wrong password is.
 */
public final class ScramServer {
  /** Finds what is kept of a user's password. */
  @FunctionalInterface
  public interface Verifiers {
    /** The verifier for this mechanism, or null when there is no such user. */
    @Nullable ScramVerifier find(ScramMechanism mechanism, String username);
  }

  private final Verifiers verifiers;
  private final byte[] saltKey;

  /**
   * @param saltKey at least 16 secret random bytes that stay the same between restarts, for the
   *     salts of users that do not exist
   */
  public ScramServer(Verifiers verifiers, byte[] saltKey) {
    if (saltKey.length < 16) {
      throw new IllegalArgumentException("the salt key must have at least 16 bytes");
    }
    this.verifiers = verifiers;
    this.saltKey = saltKey.clone();
  }

  /**
   * Answers client-first-message.
   *
   * @param serverNonce fresh for every exchange: printable ASCII without comma
   * @throws ScramException when the message is wrong or asks for channel binding
   */
  public Challenged challenge(ScramMechanism mechanism, byte[] clientFirst, String serverNonce)
      throws ScramException {
    ScramMessage.Reader reader = ScramMessage.read(clientFirst);
    // gs2-header: no channel binding, and no acting for somebody else.
    if (!reader.startsWith("n,,") && !reader.startsWith("y,,")) {
      throw new ScramException("channel binding and authorization identities are not supported");
    }
    String gs2 = reader.rest().substring(0, 3);
    reader.skip(3);
    String bare = reader.rest();
    String username = ScramMessage.unescape(reader.next('n'));
    String clientNonce = ScramMessage.checkNonce(reader.next('r'));
    ScramVerifier found = verifiers.find(mechanism, username);
    boolean known = found != null && found.mechanism() == mechanism;
    ScramVerifier verifier = known && found != null ? found : pretended(mechanism, username);
    String nonce = clientNonce + serverNonce;
    String serverFirst =
        "r=" + nonce + ",s=" + ScramMessage.base64(verifier.salt()) + ",i=" + verifier.iterations();
    return new Challenged(username, verifier, known, gs2, nonce, bare, serverFirst);
  }

  private ScramVerifier pretended(ScramMechanism mechanism, String username) {
    byte[] seed =
        ScramCrypto.hmac(
            ScramMechanism.SHA_256,
            saltKey,
            ScramCrypto.utf8(mechanism.mechanismName() + "\0" + username));
    byte[] nobody = new byte[mechanism.keyLength()];
    return new ScramVerifier(
        mechanism,
        Arrays.copyOf(seed, mechanism.saltLength()),
        mechanism.usualIterations(),
        nobody,
        nobody);
  }

  @Override
  public String toString() {
    return "ScramServer[<hidden>]";
  }

  /** The challenge is made; the client's proof is awaited. */
  public static final class Challenged {
    private final String username;
    private final ScramVerifier verifier;
    private final boolean known;
    private final String gs2;
    private final String nonce;
    private final String clientFirstBare;
    private final String serverFirst;

    private Challenged(
        String username,
        ScramVerifier verifier,
        boolean known,
        String gs2,
        String nonce,
        String clientFirstBare,
        String serverFirst) {
      this.username = username;
      this.verifier = verifier;
      this.known = known;
      this.gs2 = gs2;
      this.nonce = nonce;
      this.clientFirstBare = clientFirstBare;
      this.serverFirst = serverFirst;
    }

    /** server-first-message. */
    public byte[] message() {
      return ScramCrypto.utf8(serverFirst);
    }

    /** Who it wants to be; proven by nothing yet. */
    public String username() {
      return username;
    }

    /** Judges client-final-message. A message that is wrong is refused like a wrong proof. */
    public Outcome judge(byte[] clientFinal) {
      try {
        ScramMessage.Reader reader = ScramMessage.read(clientFinal);
        String binding = reader.next('c');
        String bothNonces = reader.next('r');
        String whole = reader.whole();
        int proofAt = whole.lastIndexOf(",p=");
        if (proofAt < 0 || !binding.equals(ScramMessage.base64(ScramCrypto.utf8(gs2)))) {
          return new Refused("the final message is wrong");
        }
        if (!MessageDigest.isEqual(ScramCrypto.utf8(bothNonces), ScramCrypto.utf8(nonce))) {
          return new Refused("the nonce is not the one of this exchange");
        }
        byte[] proof = ScramMessage.base64(whole.substring(proofAt + 3), 'p');
        ScramMechanism mechanism = verifier.mechanism();
        if (proof.length != mechanism.keyLength()) {
          return new Refused("the proof has a wrong length");
        }
        byte[] authMessage =
            ScramCrypto.utf8(
                clientFirstBare + "," + serverFirst + "," + whole.substring(0, proofAt));
        byte[] clientKey =
            ScramCrypto.xor(proof, ScramCrypto.hmac(mechanism, verifier.storedKey(), authMessage));
        boolean proven =
            MessageDigest.isEqual(ScramCrypto.hash(mechanism, clientKey), verifier.storedKey());
        // Both are always computed: a user that does not exist costs as much as one that does.
        if (!proven || !known) {
          return new Refused("user or password is wrong");
        }
        byte[] signature = ScramCrypto.hmac(mechanism, verifier.serverKey(), authMessage);
        return new Accepted(username, ScramCrypto.utf8("v=" + ScramMessage.base64(signature)));
      } catch (ScramException e) {
        return new Refused("the final message is wrong");
      }
    }

    @Override
    public String toString() {
      return "Challenged[" + username + ", <hidden>]";
    }
  }

  /** How an exchange ended. */
  public sealed interface Outcome {}

  /**
   * The client is who it says.
   *
   * @param username the user
   * @param message server-final-message, with the server's own proof
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Accepted(String username, byte[] message) implements Outcome {
    @Override
    public String toString() {
      return "Accepted[" + username + ", <hidden>]";
    }
  }

  /**
   * The client is not let in.
   *
   * @param reason for our own log; the client is told only that it failed
   */
  public record Refused(String reason) implements Outcome {}
}
