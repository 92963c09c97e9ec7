package io.tidegate.control.lease;

import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SignedLease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Leases as rows, and on their way to gateways. */
public interface Leases {

  LeaseKey key();

  /** Writes down that the gateway is to have it; inside the transaction that makes the session. */
  void want(LeaseTerms terms, Instant now);

  /** Pushes it and waits for the answer. Never inside a transaction. */
  LeaseOutcome push(GatewayConnection connection, String leaseId, Duration atMost);

  /** All that this gateway should hold, sealed to its present key. */
  List<SignedLease> desired(GatewayConnection connection);

  /** The gateway holds it; false when it must go meanwhile. */
  boolean held(String leaseId, Instant now);

  /** It must go. */
  void revoking(String leaseId, Instant now);

  /** It has gone. */
  void gone(String leaseId, Instant now);

  LeaseStatus status(String leaseId);
}
