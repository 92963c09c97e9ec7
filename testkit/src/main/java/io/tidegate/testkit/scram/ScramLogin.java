package io.tidegate.testkit.scram;

import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The client's side of one SCRAM exchange. Salted passwords are kept for the life of a {@link
 * Password}, as drivers keep them, so that many logins pay for PBKDF2 once.
 */
public final class ScramLogin {

  /** A password with the salted forms that were needed of it. Safe for concurrent use. */
  public static final class Password {
    private final Mechanism mechanism;
    private final String user;
    private final String password;
    private final Map<String, byte[]> salted = new ConcurrentHashMap<>();

    /** A user's password for one mechanism. */
    public Password(Mechanism mechanism, String user, String password) {
      this.mechanism = mechanism;
      this.user = user;
      this.password = password;
    }

    private byte[] salted(String salt, int iterations) {
      return salted.computeIfAbsent(
          salt + "," + iterations,
          _ ->
              mechanism.saltedPassword(
                  ScramCredential.secret(mechanism, user, password),
                  Base64.getDecoder().decode(salt),
                  iterations));
    }

    /** The mechanism it is for. */
    public Mechanism mechanism() {
      return mechanism;
    }

    @Override
    public String toString() {
      return "Password[" + user + ", <hidden>]";
    }
  }

  private final Password password;
  private final String clientFirstBare;
  private byte[] expectedSignature = new byte[0];

  /** Begins an exchange with a fresh random nonce. */
  public ScramLogin(Password password, String nonce) {
    this.password = password;
    String name = password.user.replace("=", "=3D").replace(",", "=2C");
    clientFirstBare = "n=" + name + ",r=" + nonce;
  }

  /** The first message. */
  public byte[] first() {
    return ("n,," + clientFirstBare).getBytes(StandardCharsets.UTF_8);
  }

  /** The message with the proof, in answer to the server's first. */
  public byte[] proof(byte[] serverFirst) {
    String message = new String(serverFirst, StandardCharsets.UTF_8);
    Map<Character, String> attributes = attributes(message);
    String nonce = attributes.getOrDefault('r', "");
    String ownNonce = clientFirstBare.substring(clientFirstBare.lastIndexOf(",r=") + 3);
    if (!nonce.startsWith(ownNonce) || nonce.equals(ownNonce)) {
      throw new ScramRefused();
    }
    Mechanism mechanism = password.mechanism;
    byte[] salted =
        password.salted(
            attributes.getOrDefault('s', ""), Integer.parseInt(attributes.getOrDefault('i', "0")));
    byte[] clientKey = mechanism.hmac(salted, "Client Key".getBytes(StandardCharsets.UTF_8));
    String withoutProof = "c=biws,r=" + nonce;
    byte[] auth =
        (clientFirstBare + "," + message + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
    byte[] proof = mechanism.hmac(mechanism.hash(clientKey), auth);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= clientKey[i];
    }
    byte[] serverKey = mechanism.hmac(salted, "Server Key".getBytes(StandardCharsets.UTF_8));
    expectedSignature = mechanism.hmac(serverKey, auth);
    return (withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Checks that the server knows the password too; throws {@link ScramRefused} when not. */
  public void verify(byte[] serverFinal) {
    String message = new String(serverFinal, StandardCharsets.UTF_8);
    byte[] signature = Base64.getDecoder().decode(attributes(message).getOrDefault('v', ""));
    if (expectedSignature.length == 0 || !MessageDigest.isEqual(signature, expectedSignature)) {
      throw new ScramRefused();
    }
  }

  private static Map<Character, String> attributes(String message) {
    Map<Character, String> attributes = new HashMap<>();
    for (String part : message.split(",", -1)) {
      if (part.length() > 1 && part.charAt(1) == '=') {
        attributes.put(part.charAt(0), part.substring(2));
      }
    }
    return attributes;
  }
}
