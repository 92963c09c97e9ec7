package io.tidegate.link;

import java.util.List;

/** The control plane's side of one connected gateway. Calls come one after the other. */
public interface GatewaySession {
  /**
   * All leases the gateway should hold now, sealed to its present key. Asked once, after the
   * gateway was admitted; the gateway ends what it holds beyond them.
   */
  List<SignedLease> desiredLeases();

  /**
   * Events, at least once each. They are acknowledged to the gateway when this returns; when it
   * throws, the link is cut and they come again.
   */
  void events(EventBatch batch);

  void health(GatewayHealth health);

  /** The gateway is gone; nothing comes after this. */
  void disconnected(String why);
}
