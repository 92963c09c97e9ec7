package io.tidegate.link;

import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;

/** A connected gateway, as the control plane talks to it. Safe for any thread; nothing blocks. */
public interface GatewayConnection {
  /** From its certificate. */
  String gatewayId();

  /** What it has shown, and proven to hold the key of. */
  X509Certificate certificate();

  GatewayHello hello();

  /** Sends a lease; completes with a value, always, and never exceptionally. */
  CompletableFuture<LeaseOutcome> push(SignedLease lease);

  /** Orders a lease to end; lost only if the connection is, and then the desired list tells it. */
  void revoke(Revocation revocation);

  /** Starts reading a recording that the gateway keeps. */
  RecordingReader read(RecordingQuery query);

  /** Ends the connection; the gateway will come back, and can be refused then. */
  void close(String why);

  /**
   * Ends the connection for good: a gateway that hears it ends all that it holds and does not come
   * back.
   *
   * @param code stable: {@code gateway-retired}, {@code certificate-replaced}
   * @param sentence for its operator, with what to do next
   */
  void dismiss(String code, String sentence);
}
