package io.tidegate.link;

import java.util.Arrays;

/**
 * A lease as it travels: opaque here, understood and verified by whoever holds the keys.
 *
 * @param payload the encoded lease
 * @param signature over the payload
 * @param keyId which of the control plane's keys made the signature
 */
public record SignedLease(String leaseId, byte[] payload, byte[] signature, String keyId) {
  @Override
  public boolean equals(Object other) {
    return other instanceof SignedLease lease
        && leaseId.equals(lease.leaseId)
        && keyId.equals(lease.keyId)
        && Arrays.equals(payload, lease.payload)
        && Arrays.equals(signature, lease.signature);
  }

  @Override
  public int hashCode() {
    return leaseId.hashCode() * 31 + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return "SignedLease[" + leaseId + ", keyId=" + keyId + ", payload=<hidden>]";
  }
}
