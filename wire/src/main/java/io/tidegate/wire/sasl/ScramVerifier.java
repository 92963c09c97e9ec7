package io.tidegate.wire.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a server keeps instead of a password (RFC 5802 section 3).
 *
 * @param salt 16 bytes for SHA-1, 28 for SHA-256 where MongoDB makes it; any length is taken
 * @param iterations of the derivation
 * @param storedKey H(HMAC(SaltedPassword, "Client Key"))
 * @param serverKey HMAC(SaltedPassword, "Server Key")
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record ScramVerifier(
    ScramMechanism mechanism, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
  static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
  static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);

  public ScramVerifier {
    if (storedKey.length != mechanism.hashLength() || serverKey.length != mechanism.hashLength()) {
      throw new IllegalArgumentException("keys of " + mechanism + " have another length");
    }
    if (salt.length == 0 || iterations < 1) {
      throw new IllegalArgumentException("a verifier needs a salt and iterations");
    }
    salt = salt.clone();
    storedKey = storedKey.clone();
    serverKey = serverKey.clone();
  }

  /**
   * From a password.
   *
   * @throws IllegalArgumentException when SASLprep prohibits a character of it
   */
  public static ScramVerifier derive(
      ScramMechanism mechanism, String username, String password, byte[] salt, int iterations) {
    byte[] salted =
        mechanism.saltedPassword(mechanism.prepare(username, password), salt, iterations);
    return new ScramVerifier(
        mechanism,
        salt,
        iterations,
        mechanism.hash(mechanism.hmac(salted, CLIENT_KEY)),
        mechanism.hmac(salted, SERVER_KEY));
  }

  @Override
  public byte[] salt() {
    return salt.clone();
  }

  @Override
  public byte[] storedKey() {
    return storedKey.clone();
  }

  @Override
  public byte[] serverKey() {
    return serverKey.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScramVerifier that
        && mechanism == that.mechanism
        && iterations == that.iterations
        && Arrays.equals(salt, that.salt)
        && Arrays.equals(storedKey, that.storedKey)
        && Arrays.equals(serverKey, that.serverKey);
  }

  @Override
  public int hashCode() {
    return Objects.hash(mechanism, iterations, Arrays.hashCode(storedKey));
  }

  @Override
  public String toString() {
    return "ScramVerifier[" + mechanism + ", <hidden>]";
  }
}
