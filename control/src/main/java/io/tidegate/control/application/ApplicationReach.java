package io.tidegate.control.application;

import io.tidegate.control.application.ApplicationLease.UserOnCluster;
import io.tidegate.control.application.DatabaseUsers.Reach;
import io.tidegate.control.application.DatabaseUsers.State;
import io.tidegate.control.application.DatabaseUsers.Use;
import io.tidegate.control.application.LeaseCompiler.Finding;
import io.tidegate.control.gateways.GatewayRegistry;
import io.tidegate.control.lease.LeaseStatus;
import io.tidegate.control.network.Enforcement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How far gateways are with what should be: desired leases against those written down. */
@Component
class ApplicationReach implements Enforcement {
  private final LeaseCompiler compiler;
  private final ApplicationLeaseStore leases;
  private final GatewayRegistry gateways;

  ApplicationReach(LeaseCompiler compiler, ApplicationLeaseStore leases, GatewayRegistry gateways) {
    this.compiler = compiler;
    this.leases = leases;
    this.gateways = gateways;
  }

  private Map<UserOnCluster, ApplicationLease> open() {
    Map<UserOnCluster, ApplicationLease> open = new HashMap<>();
    for (ApplicationLease lease : leases.open()) {
      if (lease.status() != LeaseStatus.REVOKING) {
        open.put(lease.key(), lease);
      }
    }
    return open;
  }

  /** By the ids of the project's users. */
  Map<String, List<Reach>> ofProject(String projectId) {
    Map<UserOnCluster, ApplicationLease> open = open();
    Map<String, List<Reach>> reaches = new HashMap<>();
    compiler
        .compile()
        .forEach((key, finding) -> {
          if (finding.resource().projectId().equals(projectId)) {
            reaches
                .computeIfAbsent(key.userId(), _ -> new ArrayList<>())
                .add(reach(finding, open.get(key)));
          }
        });
    return reaches;
  }

  private Reach reach(Finding finding, @Nullable ApplicationLease lease) {
    String cluster = finding.resource().target().resourceName();
    int connections = lease == null ? 0 : lease.connections();
    Use last = lease == null ? null : use(lease);
    return switch (finding) {
      case Finding.Unserved unserved ->
          new Reach(cluster, State.NOT_SERVED, unserved.why(), null, connections, last);
      case Finding.Wanted wanted -> {
        String address = wanted.advertisedAddress();
        if (current(wanted, lease)) {
          yield new Reach(
              cluster,
              State.IN_FORCE,
              "The gateway lets it in at " + address + ".",
              address,
              connections,
              last);
        }
        String trouble = lease == null ? null : lease.trouble();
        if (trouble != null) {
          yield new Reach(cluster, State.IN_TROUBLE, trouble, address, connections, last);
        }
        String sentence =
            gateways.connection(wanted.gatewayId()).isPresent()
                ? "The gateway is being told."
                : "The gateway is away; it is told when it is back.";
        yield new Reach(cluster, State.ON_ITS_WAY, sentence, address, connections, last);
      }
    };
  }

  private static @Nullable Use use(ApplicationLease lease) {
    Instant at = lease.lastSeenAt();
    String client = lease.lastClient();
    return at == null || client == null ? null : new Use(at, client);
  }

  private static boolean current(Finding.Wanted wanted, @Nullable ApplicationLease lease) {
    return lease != null
        && lease.status() == LeaseStatus.HELD
        && lease.gatewayId().equals(wanted.gatewayId())
        && lease.fingerprint().equals(wanted.fingerprint());
  }

  /** A lease that its gateway refused from the first lets nobody in, by no rule whatever. */
  private static boolean neverHeld(@Nullable ApplicationLease lease) {
    return lease != null && lease.revision() == 1 && lease.trouble() != null;
  }

  @Override
  public boolean inForce(String projectId) {
    for (ApplicationLease lease : leases.open()) {
      if (lease.projectId().equals(projectId) && lease.status() == LeaseStatus.REVOKING) {
        return false;
      }
    }
    Map<UserOnCluster, ApplicationLease> open = open();
    for (Map.Entry<UserOnCluster, Finding> entry : compiler.compile().entrySet()) {
      if (entry.getValue() instanceof Finding.Wanted wanted
          && wanted.resource().projectId().equals(projectId)
          && !current(wanted, open.get(entry.getKey()))
          && !neverHeld(open.get(entry.getKey()))) {
        return false;
      }
    }
    return true;
  }
}
