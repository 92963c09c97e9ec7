package io.tidegate.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;

/** Signs leases with an Ed25519 key (RFC 8032). Safe for use by many threads. */
public final class LeaseSigner {
  /** Put before the payload, so that no other signature of the same key can pass for a lease's. */
  private static final byte[] DOMAIN = "tidegate-lease-v1\0".getBytes(StandardCharsets.US_ASCII);

  private final PrivateKey key;
  private final String keyId;

  /**
   * A signer with that key.
   *
   * @throws IllegalArgumentException when it is not an Ed25519 key pair
   */
  public LeaseSigner(KeyPair pair) {
    this.key = pair.getPrivate();
    this.keyId = keyId(pair.getPublic());
    sign(new byte[0]);
  }

  /** The id under which verifiers must know the public key. */
  public String keyId() {
    return keyId;
  }

  /** Signs a lease as it is. */
  public SignedLease sign(Lease lease) {
    byte[] payload = LeaseCodec.encode(lease);
    return new SignedLease(payload, sign(payload), keyId);
  }

  private byte[] sign(byte[] payload) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(signedBytes(payload));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("leases are signed with an Ed25519 key", e);
    }
  }

  /** The id of a public key: the first 16 bytes of the SHA-256 of its encoding, in hexadecimal. */
  public static String keyId(PublicKey key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] signedBytes(byte[] payload) {
    return ByteBuffer.allocate(DOMAIN.length + payload.length).put(DOMAIN).put(payload).array();
  }
}
