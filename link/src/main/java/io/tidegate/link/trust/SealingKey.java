package io.tidegate.link.trust;

import com.google.crypto.tink.HybridDecrypt;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HpkeParameters;
import com.google.crypto.tink.hybrid.HybridConfig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/**
 * A gateway's own key for secrets that only it may read: HPKE (RFC 9180) with X25519, HKDF-SHA-256
 * and AES-256-GCM.
 */
public final class SealingKey {
  private final KeysetHandle privateKeys;
  private final PublicSealingKey publicKey;
  private final HybridDecrypt decrypt;

  private SealingKey(KeysetHandle privateKeys) throws GeneralSecurityException {
    this.privateKeys = privateKeys;
    this.decrypt = privateKeys.getPrimitive(RegistryConfiguration.get(), HybridDecrypt.class);
    this.publicKey =
        PublicSealingKey.of(
            TinkProtoKeysetFormat.serializeKeysetWithoutSecret(
                privateKeys.getPublicKeysetHandle(), RegistryConfiguration.get()));
  }

  public static SealingKey generate() {
    try {
      HybridConfig.register();
      return new SealingKey(
          KeysetHandle.generateNew(
              HpkeParameters.builder()
                  .setKemId(HpkeParameters.KemId.DHKEM_X25519_HKDF_SHA256)
                  .setKdfId(HpkeParameters.KdfId.HKDF_SHA256)
                  .setAeadId(HpkeParameters.AeadId.AES_256_GCM)
                  .setVariant(HpkeParameters.Variant.TINK)
                  .build(),
              RegistryConfiguration.get()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a sealing key could not be made", e);
    }
  }

  /**
   * Reads a key that {@link #secretBytes()} wrote.
   *
   * @throws InvalidTrustMaterialException if it is not one
   */
  public static SealingKey ofSecretBytes(byte[] bytes) throws InvalidTrustMaterialException {
    try {
      HybridConfig.register();
      return new SealingKey(
          TinkProtoKeysetFormat.parseKeyset(
              bytes, InsecureSecretKeyAccess.get(), RegistryConfiguration.get()));
    } catch (GeneralSecurityException e) {
      throw new InvalidTrustMaterialException("This is not a sealing key.", e);
    }
  }

  /** The key itself, for a gateway that keeps it over restarts. A secret. */
  public byte[] secretBytes() {
    try {
      return TinkProtoKeysetFormat.serializeKeyset(
          privateKeys, InsecureSecretKeyAccess.get(), RegistryConfiguration.get());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the sealing key has no encoded form", e);
    }
  }

  public PublicSealingKey publicKey() {
    return publicKey;
  }

  /**
   * Opens what was sealed to this key for that lease.
   *
   * @throws InvalidTrustMaterialException if it was sealed to another key, for another lease, or
   *     altered
   */
  public byte[] open(SealedSecret sealed, String leaseId) throws InvalidTrustMaterialException {
    try {
      return decrypt.decrypt(sealed.bytes(), context(leaseId));
    } catch (GeneralSecurityException e) {
      throw new InvalidTrustMaterialException(
          "The credential was not sealed to this gateway for this lease.", e);
    }
  }

  static byte[] context(String leaseId) {
    return ("tidegate/lease-credential/" + leaseId).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "SealingKey[<hidden>]";
  }
}
