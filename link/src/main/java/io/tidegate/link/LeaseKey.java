package io.tidegate.link;

import java.util.Arrays;

/**
 * A public key that signs leases.
 *
 * @param publicKey SubjectPublicKeyInfo of an Ed25519 key, in DER form
 */
public record LeaseKey(String keyId, byte[] publicKey) {
  @Override
  public boolean equals(Object other) {
    return other instanceof LeaseKey key
        && keyId.equals(key.keyId)
        && Arrays.equals(publicKey, key.publicKey);
  }

  @Override
  public int hashCode() {
    return keyId.hashCode() * 31 + Arrays.hashCode(publicKey);
  }
}
