package io.tidegate.wire.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The functions of RFC 5802, section 2.2 and 3. */
final class ScramCrypto {
  private static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);

  private ScramCrypto() {}

  /** What stands for the password in the exchange: MongoDB's digest, or the prepared password. */
  static String secret(ScramMechanism mechanism, String username, String password) {
    return switch (mechanism) {
      case SHA_1 -> HexFormat.of().formatHex(digest("MD5", utf8(username + ":mongo:" + password)));
      case SHA_256 -> SaslPrep.prepare(password);
    };
  }

  /** ClientKey and ServerKey from the prepared password: the expensive step. */
  static ScramKeys keys(ScramMechanism mechanism, String secret, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(secret.toCharArray(), salt, iterations, mechanism.keyBits());
    try {
      byte[] salted =
          SecretKeyFactory.getInstance(mechanism.pbkdf2()).generateSecret(spec).getEncoded();
      return new ScramKeys(
          hmac(mechanism, salted, CLIENT_KEY), hmac(mechanism, salted, SERVER_KEY));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + mechanism.pbkdf2(), e);
    } finally {
      spec.clearPassword();
    }
  }

  static byte[] hash(ScramMechanism mechanism, byte[] data) {
    return digest(mechanism.digest(), data);
  }

  static byte[] hmac(ScramMechanism mechanism, byte[] key, byte[] data) {
    try {
      Mac mac = Mac.getInstance(mechanism.hmac());
      mac.init(new SecretKeySpec(key, mechanism.hmac()));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + mechanism.hmac(), e);
    }
  }

  /** Both of one length. */
  static byte[] xor(byte[] a, byte[] b) {
    byte[] result = new byte[a.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (byte) (a[i] ^ b[i]);
    }
    return result;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] digest(String algorithm, byte[] data) {
    try {
      return MessageDigest.getInstance(algorithm).digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + algorithm, e);
    }
  }
}
