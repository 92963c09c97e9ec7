package io.tidegate.access;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A lease as it travels: its bytes, the Ed25519 signature over them, and whose signature it is.
 * Holding one says nothing about whether it can be believed; {@link LeaseVerifier} does.
 *
 * @param payload the BSON encoding of a {@link Lease}
 * @param signature 64 bytes
 * @param keyId the signing key's id
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record SignedLease(byte[] payload, byte[] signature, String keyId) {
  public SignedLease {
    payload = payload.clone();
    signature = signature.clone();
  }

  @Override
  public byte[] payload() {
    return payload.clone();
  }

  @Override
  public byte[] signature() {
    return signature.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SignedLease that
        && keyId.equals(that.keyId)
        && Arrays.equals(payload, that.payload)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return Objects.hash(keyId, Arrays.hashCode(payload), Arrays.hashCode(signature));
  }

  @Override
  public String toString() {
    return "SignedLease[keyId=" + keyId + ", payload=<hidden>, signature=<hidden>]";
  }
}
