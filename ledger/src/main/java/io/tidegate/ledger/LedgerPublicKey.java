package io.tidegate.ledger;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public half of {@link LedgerKeys}: enough to check a ledger, not to read it. Give it to
 * whoever checks, by another way than the ledger's folder.
 *
 * @param key an Ed25519 key
 */
public record LedgerPublicKey(PublicKey key) {
  /** Refuses what is not an Ed25519 key. */
  public LedgerPublicKey {
    if (!key.getAlgorithm().equals("EdDSA") || key.getEncoded().length != 44) {
      throw new IllegalArgumentException("not an Ed25519 public key");
    }
  }

  /** Reads {@link #text()}. */
  public static LedgerPublicKey parse(String text) {
    try {
      byte[] der = Base64.getDecoder().decode(text.strip());
      return new LedgerPublicKey(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 public key in base64", e);
    }
  }

  /**
   * The SubjectPublicKeyInfo in base64, one line; what OpenSSL calls a public key between its PEM
   * lines.
   */
  public String text() {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }

  /** Sixteen hex digits to compare by eye: the start of the SHA-256 of the encoded key. */
  public String fingerprint() {
    return HexFormat.of().formatHex(Sha256.of(key.getEncoded()), 0, 8);
  }

  boolean verifies(byte[] signed, int offset, int length, byte[] signature) {
    try {
      Signature check = Signature.getInstance("Ed25519");
      check.initVerify(key);
      check.update(signed, offset, length);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  boolean verifies(String signed, byte[] signature) {
    byte[] bytes = signed.getBytes(StandardCharsets.UTF_8);
    return verifies(bytes, 0, bytes.length, signature);
  }

  @Override
  public String toString() {
    return "LedgerPublicKey[" + fingerprint() + "]";
  }
}
