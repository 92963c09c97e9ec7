package io.tidegate.cli.proxy;

import com.google.gson.JsonObject;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A password for one session's local end, and what the gateway needs to check it by SCRAM-SHA-256
 * (RFC 5802 section 3) without knowing it. The verifier does not depend on the user name, which is
 * only known once the session is there.
 */
public final class LocalAuth {
  static final int ITERATIONS = 15_000;
  private static final int SALT_BYTES = 28;
  private static final int PASSWORD_BYTES = 24;

  private final String password;
  private final byte[] salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private LocalAuth(String password, byte[] salt, byte[] storedKey, byte[] serverKey) {
    this.password = password;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  public static LocalAuth generate(SecureRandom random) {
    byte[] secret = new byte[PASSWORD_BYTES];
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(secret);
    random.nextBytes(salt);
    // ASCII letters, digits, - and _: unchanged by SASLprep and by a URI.
    return derive(Base64.getUrlEncoder().withoutPadding().encodeToString(secret), salt, ITERATIONS);
  }

  static LocalAuth derive(String password, byte[] salt, int iterations) {
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
              .getEncoded();
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
      return new LocalAuth(password, salt, storedKey, hmac(salted, "Server Key"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PBKDF2 and SHA-256", e);
    }
  }

  /** A secret: for the client's URI only. */
  public String password() {
    return password;
  }

  byte[] storedKey() {
    return storedKey.clone();
  }

  byte[] serverKey() {
    return serverKey.clone();
  }

  /** What the gateway gets, as the REST interface takes it. */
  public JsonObject verifier() {
    Base64.Encoder encoder = Base64.getEncoder();
    JsonObject json = new JsonObject();
    json.addProperty("salt", encoder.encodeToString(salt));
    json.addProperty("iterations", ITERATIONS);
    json.addProperty("storedKey", encoder.encodeToString(storedKey));
    json.addProperty("serverKey", encoder.encodeToString(serverKey));
    return json;
  }

  @Override
  public String toString() {
    return "LocalAuth[<hidden>]";
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }
}
