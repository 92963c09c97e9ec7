package io.tidegate.control.application;

import io.tidegate.control.application.ApplicationLease.UserOnCluster;
import io.tidegate.control.application.LeaseCompiler.Finding;
import io.tidegate.control.application.LeaseCompiler.Finding.Wanted;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.gateways.GatewayRegistry;
import io.tidegate.control.gateways.LeaseDesk;
import io.tidegate.control.gateways.RefusedCommand;
import io.tidegate.control.lease.LeaseStatus;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.Revocation;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.SignedLease;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * What gateways ask and tell of database users. Single connections are not audited: an
 * application's pools open and close them all day, and the recording at the gateway has them.
 */
@Service
class ApplicationDesk implements LeaseDesk {
  private static final Logger LOG = LoggerFactory.getLogger(ApplicationDesk.class);

  private final ApplicationLeaseStore store;
  private final LeaseCompiler compiler;
  private final GatewayRegistry gateways;
  private final Organizations organizations;
  private final Audit audit;
  private final Changes changes;
  private final InstantSource clock;

  ApplicationDesk(
      ApplicationLeaseStore store,
      LeaseCompiler compiler,
      GatewayRegistry gateways,
      Organizations organizations,
      Audit audit,
      Changes changes,
      InstantSource clock) {
    this.store = store;
    this.compiler = compiler;
    this.gateways = gateways;
    this.organizations = organizations;
    this.audit = audit;
    this.changes = changes;
    this.clock = clock;
  }

  /** They are signed with the same key as those of people, which is told once. */
  @Override
  public List<LeaseKey> keys() {
    return List.of();
  }

  @Override
  public List<SignedLease> desired(GatewayConnection connection) {
    List<ApplicationLease> open = store.open();
    Map<UserOnCluster, Finding> findings = compiler.compile();
    List<SignedLease> leases = new ArrayList<>();
    for (ApplicationLease lease : open) {
      // Where another revision is due, a gateway that holds this one keeps it until that comes.
      if (lease.gatewayId().equals(connection.gatewayId())
          && lease.status() != LeaseStatus.REVOKING
          && findings.get(lease.key()) instanceof Wanted wanted) {
        try {
          leases.add(compiler.sign(lease, wanted, connection));
        } catch (Refused | IllegalStateException e) {
          LOG.atWarn()
              .addKeyValue("lease", lease.id())
              .setCause(e)
              .log("a database user's lease could not be made again");
        }
      }
    }
    return leases;
  }

  @Override
  public void attendance(String gatewayId, boolean connected) {
    if (connected) {
      store.doubt(gatewayId, clock.instant());
    }
    changes.changed(gatewayId);
  }

  @Override
  public void events(String gatewayId, String gatewayName, List<SessionEvent> events) {
    for (SessionEvent event : events) {
      own(gatewayId, event.sessionId()).ifPresent(lease -> take(event, lease));
    }
    RefusedCommand.counted(events)
        .forEach((refused, times) ->
            own(gatewayId, refused.sessionId())
                .ifPresent(lease ->
                    audit.refused(
                        Actor.powerless(
                            new PersonRef(lease.userId(), lease.username(), lease.username()),
                            organizations.organizationId().orElse(""),
                            "gateway " + gatewayName),
                        "command.refuse",
                        new Target("database-user", lease.userId(), lease.username()),
                        refused.facts(times))));
  }

  /** A gateway speaks of its own sessions only. */
  private Optional<ApplicationLease> own(String gatewayId, String sessionId) {
    return store.bySession(sessionId).filter(lease -> lease.gatewayId().equals(gatewayId));
  }

  private void take(SessionEvent event, ApplicationLease lease) {
    switch (event) {
      case SessionEvent.ConnectionOpened opened ->
          store.seen(lease.sessionId(), opened.clientAddress(), opened.at());
      case SessionEvent.Counters counters ->
          store.count(
              lease.sessionId(), counters.connections(), counters.commands(), counters.refusals());
      case SessionEvent.Ended ended -> ended(ended, lease);
      case SessionEvent.Started _,
          SessionEvent.ConnectionClosed _,
          SessionEvent.Refused _,
          SessionEvent.Dropped _ -> {}
    }
  }

  private void ended(SessionEvent.Ended ended, ApplicationLease lease) {
    if (ended.code().equals("gateway-shutdown") && lease.status() != LeaseStatus.REVOKING) {
      // The gateway goes, the user stays: the lease is among the desired ones when it is back.
      store.count(lease.sessionId(), 0, ended.commands(), ended.refusals());
      return;
    }
    store.count(lease.sessionId(), 0, ended.commands(), ended.refusals());
    store.gone(lease.id(), ended.code(), ended.reason(), clock.instant());
    // After a time without the link the gateway may serve it again, from a list made before this.
    gateways
        .connection(lease.gatewayId())
        .ifPresent(
            gateway -> gateway.revoke(new Revocation(lease.id(), ended.code(), ended.reason())));
    changes.changed(lease.userId());
  }
}
