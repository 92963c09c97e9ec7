package io.tidegate.control.gateways;

import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.SignedLease;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** All who keep leases, asked as one. Each takes of the events what is of its own sessions. */
@Component
class LeaseDesks {
  private final ObjectProvider<LeaseDesk> desks;

  LeaseDesks(ObjectProvider<LeaseDesk> desks) {
    this.desks = desks;
  }

  List<LeaseKey> keys() {
    List<LeaseKey> keys = new ArrayList<>();
    desks.forEach(desk -> keys.addAll(desk.keys()));
    return keys;
  }

  List<SignedLease> desired(GatewayConnection connection) {
    List<SignedLease> leases = new ArrayList<>();
    desks.forEach(desk -> leases.addAll(desk.desired(connection)));
    return leases;
  }

  void events(String gatewayId, String gatewayName, List<SessionEvent> events) {
    desks.forEach(desk -> desk.events(gatewayId, gatewayName, events));
  }

  void attendance(String gatewayId, boolean connected) {
    desks.forEach(desk -> desk.attendance(gatewayId, connected));
  }
}
