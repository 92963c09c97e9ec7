package io.tidegate.wire.sasl;

import com.ongres.saslprep.SASLprep;
import com.ongres.stringprep.Profile;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The two SCRAM mechanisms of MongoDB, with the primitives that they differ in. */
public enum ScramMechanism {
  /** RFC 5802, with the MD5 digest of user and password that MongoDB puts in front of it. */
  SHA_1("SCRAM-SHA-1", "SHA-1", "HmacSHA1", 20),
  /** RFC 7677, with the password after SASLprep. */
  SHA_256("SCRAM-SHA-256", "SHA-256", "HmacSHA256", 32);

  private static final Profile SASL_PREP = new SASLprep();

  private final String mechanismName;
  private final String digestName;
  private final String macName;
  private final int hashLength;

  ScramMechanism(String mechanismName, String digestName, String macName, int hashLength) {
    this.mechanismName = mechanismName;
    this.digestName = digestName;
    this.macName = macName;
    this.hashLength = hashLength;
  }

  /** As it stands in {@code saslStart}. */
  public String mechanismName() {
    return mechanismName;
  }

  /** The mechanism of that name, or null. */
  public static @Nullable ScramMechanism named(String name) {
    for (ScramMechanism mechanism : values()) {
      if (mechanism.mechanismName.equals(name)) {
        return mechanism;
      }
    }
    return null;
  }

  /** Bytes of a hash. */
  public int hashLength() {
    return hashLength;
  }

  byte[] hash(byte[] input) {
    try {
      return MessageDigest.getInstance(digestName).digest(input);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks " + digestName, e);
    }
  }

  byte[] hmac(byte[] key, byte[] input) {
    try {
      Mac mac = Mac.getInstance(macName);
      mac.init(new SecretKeySpec(key, macName));
      return mac.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks " + macName, e);
    }
  }

  /**
   * {@code Hi} of RFC 5802, which is PBKDF2 with one block. Written with the Mac itself, because
   * the JDK's PBKDF2 takes characters, and a prepared password is bytes.
   */
  byte[] saltedPassword(byte[] prepared, byte[] salt, int iterations) {
    try {
      Mac mac = Mac.getInstance(macName);
      mac.init(new SecretKeySpec(prepared, macName));
      mac.update(salt);
      byte[] block = mac.doFinal(new byte[] {0, 0, 0, 1});
      byte[] result = block.clone();
      for (int i = 1; i < iterations; i++) {
        block = mac.doFinal(block);
        for (int j = 0; j < result.length; j++) {
          result[j] ^= block[j];
        }
      }
      return result;
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("an empty password cannot be used", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks " + macName, e);
    }
  }

  /**
   * The password as the mechanism takes it.
   *
   * @throws IllegalArgumentException when SASLprep prohibits a character of it
   */
  byte[] prepare(String username, String password) {
    return switch (this) {
      case SHA_1 -> md5Hex(username + ":mongo:" + password);
      case SHA_256 -> saslPrep(password).getBytes(StandardCharsets.UTF_8);
    };
  }

  private static String saslPrep(String password) {
    try {
      return SASL_PREP.prepareStored(password);
    } catch (IllegalArgumentException e) {
      // The library's message quotes the text.
      throw new IllegalArgumentException("the password holds a character that SASLprep prohibits");
    }
  }

  private static byte[] md5Hex(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks MD5", e);
    }
  }
}
