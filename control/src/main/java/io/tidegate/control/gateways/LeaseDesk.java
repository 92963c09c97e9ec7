package io.tidegate.control.gateways;

import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.SignedLease;
import java.util.List;

/** What the link asks of those who keep leases and sessions. */
public interface LeaseDesk {

  /** The keys whose signatures gateways may believe. */
  List<LeaseKey> keys();

  /** All leases that the gateway should hold now, sealed to the key it said hello with. */
  List<SignedLease> desired(GatewayConnection connection);

  /** Takes what is new of a batch; inside the transaction that notes how far events were taken. */
  void events(String gatewayId, String gatewayName, List<SessionEvent> events);

  /** A gateway came or left. */
  void attendance(String gatewayId, boolean connected);
}
