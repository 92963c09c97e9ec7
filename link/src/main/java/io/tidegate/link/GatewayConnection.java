package io.tidegate.link;

import java.util.concurrent.CompletableFuture;

/** A connected gateway, as the control plane talks to it. Safe for any thread; nothing blocks. */
public interface GatewayConnection {
  /** From its certificate. */
  String gatewayId();

  GatewayHello hello();

  /** Sends a lease; completes with a value, always, and never exceptionally. */
  CompletableFuture<LeaseOutcome> push(SignedLease lease);

  /** Orders a lease to end; lost only if the connection is, and then the desired list tells it. */
  void revoke(Revocation revocation);

  /** Starts reading a recording that the gateway keeps. */
  RecordingReader read(RecordingQuery query);

  /** Ends the connection; the gateway will come back, and can be refused then. */
  void close(String why);
}
