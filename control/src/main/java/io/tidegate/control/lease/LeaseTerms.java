package io.tidegate.control.lease;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What of a lease is its session's own; the rest comes from the grant and the account when it is
 * made.
 *
 * @param keySha256 SHA-256 of the client's public key, 32 bytes in hexadecimal
 * @param localAuth the client's SCRAM verifier as JSON; null when it has none
 */
public record LeaseTerms(
    String leaseId,
    String sessionId,
    String gatewayId,
    String keySha256,
    @Nullable String localAuth,
    Instant expiresAt) {
  @Override
  public String toString() {
    return "LeaseTerms[" + leaseId + ", session=" + sessionId + ", gateway=" + gatewayId + "]";
  }
}
