package io.tidegate.testkit.scram;

import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM exchange (RFC 5802 section 5), without channel binding. Any step
 * out of order, and any proof that does not fit, is a {@link ScramRefused}.
 */
public final class ScramConversation {

  private enum Step {
    FIRST,
    FINAL,
    EMPTY,
    DONE
  }

  /** Finds what is stored for a user; null when there is no such user. */
  @FunctionalInterface
  public interface Credentials {
    @Nullable ScramCredential find(String user);
  }

  private final Mechanism mechanism;
  private final Credentials credentials;
  private final String serverNonce;
  private final boolean skipEmptyExchange;

  private Step step = Step.FIRST;
  private String clientFirstBare = "";
  private String serverFirst = "";
  private String nonce = "";
  private String gs2Header = "";
  private @Nullable String name;
  private @Nullable ScramCredential credential;

  /**
   * Begins an exchange.
   *
   * @param serverNonce random and fresh, printable without commas
   * @param skipEmptyExchange true when the client takes the last message as the end (MongoDB 4.4)
   */
  public ScramConversation(
      Mechanism mechanism, Credentials credentials, String serverNonce, boolean skipEmptyExchange) {
    this.mechanism = mechanism;
    this.credentials = credentials;
    this.serverNonce = serverNonce;
    this.skipEmptyExchange = skipEmptyExchange;
  }

  /** Who proved the password; null before that. */
  public @Nullable String provenUser() {
    return step == Step.DONE ? name : null;
  }

  /** Takes the client's payload and returns the server's. */
  public byte[] advance(byte[] payload) {
    String message = new String(payload, StandardCharsets.UTF_8);
    return switch (step) {
      case FIRST -> first(message);
      case FINAL -> last(message);
      case EMPTY -> {
        step = Step.DONE;
        yield new byte[0];
      }
      case DONE -> throw new ScramRefused();
    };
  }

  private byte[] first(String message) {
    if (!message.startsWith("n,") && !message.startsWith("y,")) {
      throw new ScramRefused();
    }
    int bare = message.indexOf(',', 2) + 1;
    if (bare == 0) {
      throw new ScramRefused();
    }
    gs2Header = message.substring(0, bare);
    clientFirstBare = message.substring(bare);
    String user = attribute(clientFirstBare, 'n').replace("=2C", ",").replace("=3D", "=");
    String clientNonce = attribute(clientFirstBare, 'r');
    name = user;
    credential = credentials.find(user);
    if (credential == null || clientNonce.isEmpty()) {
      throw new ScramRefused();
    }
    nonce = clientNonce + serverNonce;
    serverFirst =
        "r="
            + nonce
            + ",s="
            + Base64.getEncoder().encodeToString(credential.salt())
            + ",i="
            + credential.iterations();
    step = Step.FINAL;
    return serverFirst.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] last(String message) {
    int proofAt = message.lastIndexOf(",p=");
    ScramCredential known = credential;
    if (proofAt < 0 || known == null) {
      throw new ScramRefused();
    }
    String withoutProof = message.substring(0, proofAt);
    String binding = Base64.getEncoder().encodeToString(gs2Header.getBytes(StandardCharsets.UTF_8));
    if (!attribute(withoutProof, 'c').equals(binding)
        || !attribute(withoutProof, 'r').equals(nonce)) {
      throw new ScramRefused();
    }
    byte[] auth =
        (clientFirstBare + "," + serverFirst + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
    byte[] clientKey = decode(message.substring(proofAt + 3));
    byte[] signature = mechanism.hmac(known.storedKey(), auth);
    if (clientKey.length != signature.length) {
      throw new ScramRefused();
    }
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= signature[i];
    }
    if (!MessageDigest.isEqual(mechanism.hash(clientKey), known.storedKey())) {
      throw new ScramRefused();
    }
    step = skipEmptyExchange ? Step.DONE : Step.EMPTY;
    return ("v=" + Base64.getEncoder().encodeToString(mechanism.hmac(known.serverKey(), auth)))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] decode(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new ScramRefused();
    }
  }

  /** The value of {@code x=...} in a comma-separated SCRAM message; empty when absent. */
  private static String attribute(String message, char key) {
    for (String part : message.split(",", -1)) {
      if (part.length() > 1 && part.charAt(0) == key && part.charAt(1) == '=') {
        return part.substring(2);
      }
    }
    return "";
  }
}
