package io.tidegate.link.trust;

import com.google.crypto.tink.HybridEncrypt;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HybridConfig;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** The public half of a {@link SealingKey}: anyone may seal, one gateway opens. */
public final class PublicSealingKey {
  private final byte[] bytes;
  private final HybridEncrypt encrypt;

  private PublicSealingKey(byte[] bytes) throws GeneralSecurityException {
    HybridConfig.register();
    this.bytes = bytes.clone();
    this.encrypt =
        TinkProtoKeysetFormat.parseKeysetWithoutSecret(bytes, RegistryConfiguration.get())
            .getPrimitive(RegistryConfiguration.get(), HybridEncrypt.class);
  }

  static PublicSealingKey of(byte[] bytes) throws GeneralSecurityException {
    return new PublicSealingKey(bytes);
  }

  /**
   * Reads a key in the form of {@link #bytes()}.
   *
   * @throws InvalidTrustMaterialException if it is not one
   */
  public static PublicSealingKey parse(byte[] bytes) throws InvalidTrustMaterialException {
    try {
      return new PublicSealingKey(bytes);
    } catch (GeneralSecurityException e) {
      throw new InvalidTrustMaterialException("This is not a public sealing key.", e);
    }
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** Seals a secret for use under that lease only. */
  public SealedSecret seal(byte[] secret, String leaseId) {
    try {
      return new SealedSecret(encrypt.encrypt(secret, SealingKey.context(leaseId)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the secret could not be sealed", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicSealingKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
