package io.tidegate.link;

import io.tidegate.link.trust.GatewayCredentials;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a gateway does when the control plane speaks. Called on virtual threads, which may block;
 * {@link #welcomed}, {@link #desired} and {@link #revoke} come one after the other, in order.
 */
public interface GatewayEndpoint {
  /** The words to begin with; asked at every connection. */
  GatewayHello hello();

  /** The control plane is there. */
  void welcomed(Welcome welcome);

  /** All leases the gateway should hold: install what is missing, end what is not among them. */
  void desired(List<SignedLease> leases);

  /**
   * A new lease; answer when it can be used, or why not. Leases are installed side by side, in no
   * order. An exception is told as a rejection with the code {@code gateway-fault}.
   *
   * @param awaited whether the connection on which it was asked for still stands; when it does not,
   *     the lease must not be used any more unless the next list names it
   */
  LeaseOutcome install(SignedLease lease, BooleanSupplier awaited) throws InterruptedException;

  /** A lease is over. Its installation may still be under way: it must not succeed after this. */
  void revoke(Revocation revocation);

  /**
   * Someone reads a recording: hand its entries to the sink and return when all are sent, or when
   * the sink is no longer open.
   *
   * @throws RecordingUnavailableException with the sentence that the reader sees
   */
  void read(RecordingQuery query, RecordingSink sink)
      throws InterruptedException, RecordingUnavailableException;

  /** The next certificate has come: keep it, and present it from now on. */
  void renewed(GatewayCredentials credentials);

  /**
   * The control plane wants nothing more of this gateway: what it holds must end now. Nothing comes
   * after this but {@link #disconnected}, and the link does not dial again.
   */
  void dismissed(String code, String sentence);

  /** The control plane is away; leases go on by the gateway's own clock. */
  void disconnected(String why);
}
