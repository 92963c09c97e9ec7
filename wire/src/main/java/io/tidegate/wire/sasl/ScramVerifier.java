package io.tidegate.wire.sasl;

import java.util.Arrays;

/**
 * What a server keeps of a password (RFC 5802: StoredKey and ServerKey). It cannot be used to log
 * in, but with it one can pose as the server and guess the password, so it is kept secret too.
 *
 * @param mechanism the mechanism that it is for
 * @param salt random, {@link ScramMechanism#saltLength()} bytes by custom
 * @param iterations at least {@link ScramClient#MIN_ITERATIONS}
 * @param storedKey the digest of ClientKey
 * @param serverKey ServerKey
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, equal by content
public record ScramVerifier(
    ScramMechanism mechanism, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
  /** Keeps copies. */
  public ScramVerifier {
    if (iterations < ScramClient.MIN_ITERATIONS || iterations > ScramClient.MAX_ITERATIONS) {
      throw new IllegalArgumentException("the iterations are out of bounds");
    }
    if (salt.length == 0
        || storedKey.length != mechanism.keyLength()
        || serverKey.length != mechanism.keyLength()) {
      throw new IllegalArgumentException("salt or keys have a wrong length");
    }
    salt = salt.clone();
    storedKey = storedKey.clone();
    serverKey = serverKey.clone();
  }

  /**
   * The verifier of a password. Takes milliseconds to a second.
   *
   * @param salt from a secure random source
   * @throws IllegalArgumentException when the password cannot be prepared
   */
  public static ScramVerifier derive(
      ScramMechanism mechanism, String username, String password, byte[] salt, int iterations) {
    return ofSecret(mechanism, ScramCrypto.secret(mechanism, username, password), salt, iterations);
  }

  static ScramVerifier ofSecret(
      ScramMechanism mechanism, String secret, byte[] salt, int iterations) {
    ScramKeys keys = ScramCrypto.keys(mechanism, secret, salt, iterations);
    return new ScramVerifier(
        mechanism,
        salt,
        iterations,
        ScramCrypto.hash(mechanism, keys.clientKey()),
        keys.serverKey());
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
    return Arrays.hashCode(salt);
  }

  @Override
  public String toString() {
    return "ScramVerifier[" + mechanism + ", " + iterations + ", <hidden>]";
  }
}
