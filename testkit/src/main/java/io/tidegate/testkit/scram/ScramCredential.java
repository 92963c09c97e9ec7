package io.tidegate.testkit.scram;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a server keeps of a password for one SCRAM mechanism (RFC 5802 section 3, RFC 7677). */
public final class ScramCredential {

  private final Mechanism mechanism;
  private final byte[] salt;
  private final int iterations;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private ScramCredential(
      Mechanism mechanism, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    this.mechanism = mechanism;
    this.salt = salt;
    this.iterations = iterations;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /** What it is for. */
  public Mechanism mechanism() {
    return mechanism;
  }

  /** Raw bytes. */
  public byte[] salt() {
    return salt;
  }

  /** Of PBKDF2. */
  public int iterations() {
    return iterations;
  }

  /** H(ClientKey). */
  public byte[] storedKey() {
    return storedKey;
  }

  /** HMAC(SaltedPassword, "Server Key"). */
  public byte[] serverKey() {
    return serverKey;
  }

  /** The two mechanisms with MongoDB's default iteration counts. */
  public enum Mechanism {
    SCRAM_SHA_1("SCRAM-SHA-1", "HmacSHA1", "SHA-1", 10_000, 16),
    SCRAM_SHA_256("SCRAM-SHA-256", "HmacSHA256", "SHA-256", 15_000, 28);

    private final String label;
    private final String hmac;
    private final String hash;
    private final int iterations;
    private final int saltLength;

    Mechanism(String label, String hmac, String hash, int iterations, int saltLength) {
      this.label = label;
      this.hmac = hmac;
      this.hash = hash;
      this.iterations = iterations;
      this.saltLength = saltLength;
    }

    /** The name on the wire. */
    public String label() {
      return label;
    }

    /** Bytes, as MongoDB chooses it. */
    public int saltLength() {
      return saltLength;
    }

    byte[] hash(byte[] data) {
      try {
        return MessageDigest.getInstance(hash).digest(data);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    byte[] hmac(byte[] key, byte[] data) {
      try {
        Mac mac = Mac.getInstance(hmac);
        mac.init(new SecretKeySpec(key, hmac));
        return mac.doFinal(data);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    /** PBKDF2 with one block, as SCRAM's Hi(). */
    byte[] saltedPassword(byte[] password, byte[] salt, int rounds) {
      try {
        Mac mac = Mac.getInstance(hmac);
        mac.init(new SecretKeySpec(password, hmac));
        mac.update(salt);
        byte[] u = mac.doFinal(new byte[] {0, 0, 0, 1});
        byte[] result = u.clone();
        for (int i = 1; i < rounds; i++) {
          u = mac.doFinal(u);
          for (int j = 0; j < result.length; j++) {
            result[j] ^= u[j];
          }
        }
        return result;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Derives the credential; SHA-1 hashes {@code user:mongo:password} first, as MongoDB does. */
  public static ScramCredential derive(
      Mechanism mechanism, String user, String password, byte[] salt) {
    byte[] salted =
        mechanism.saltedPassword(secret(mechanism, user, password), salt, mechanism.iterations);
    byte[] clientKey = mechanism.hmac(salted, "Client Key".getBytes(StandardCharsets.UTF_8));
    byte[] serverKey = mechanism.hmac(salted, "Server Key".getBytes(StandardCharsets.UTF_8));
    return new ScramCredential(
        mechanism, salt, mechanism.iterations, mechanism.hash(clientKey), serverKey);
  }

  /** What PBKDF2 is given. */
  static byte[] secret(Mechanism mechanism, String user, String password) {
    return switch (mechanism) {
      case SCRAM_SHA_1 -> md5Hex(user + ":mongo:" + password);
      case SCRAM_SHA_256 ->
          Normalizer.normalize(password, Normalizer.Form.NFKC).getBytes(StandardCharsets.UTF_8);
    };
  }

  private static byte[] md5Hex(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "ScramCredential[" + mechanism.label() + ", <hidden>]";
  }
}
