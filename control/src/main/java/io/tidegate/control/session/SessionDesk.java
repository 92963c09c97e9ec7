package io.tidegate.control.session;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.gateways.GatewayRegistry;
import io.tidegate.control.gateways.LeaseDesk;
import io.tidegate.control.gateways.RefusedCommand;
import io.tidegate.control.lease.Leases;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.session.SessionState.EndReason;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.Revocation;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.SignedLease;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** What gateways tell of sessions: counted, audited, and ended where they say that it is over. */
@Service
class SessionDesk implements LeaseDesk {
  private final SessionStore store;
  private final Leases leases;
  private final GatewayRegistry gateways;
  private final Organizations organizations;
  private final Audit audit;
  private final Changes changes;
  private final InstantSource clock;

  SessionDesk(
      SessionStore store,
      Leases leases,
      GatewayRegistry gateways,
      Organizations organizations,
      Audit audit,
      Changes changes,
      InstantSource clock) {
    this.store = store;
    this.leases = leases;
    this.gateways = gateways;
    this.organizations = organizations;
    this.audit = audit;
    this.changes = changes;
    this.clock = clock;
  }

  @Override
  public List<LeaseKey> keys() {
    return List.of(leases.key());
  }

  @Override
  public List<SignedLease> desired(GatewayConnection connection) {
    return leases.desired(connection);
  }

  @Override
  public void attendance(String gatewayId, boolean connected) {
    changes.changed(Reconciler.DUE);
  }

  @Override
  public void events(String gatewayId, String gatewayName, List<SessionEvent> events) {
    for (SessionEvent event : events) {
      Optional<Session> found = own(gatewayId, event.sessionId());
      if (found.isPresent()) {
        take(event, found.get(), gatewayName);
        changes.changed(event.sessionId());
      }
    }
    RefusedCommand.counted(events)
        .forEach((refused, times) ->
            own(gatewayId, refused.sessionId())
                .ifPresent(session ->
                    audit.refused(
                        actor(session, gatewayName),
                        "command.refuse",
                        target(session),
                        refused.facts(times))));
  }

  /** A gateway speaks of its own sessions only. */
  private Optional<Session> own(String gatewayId, String sessionId) {
    return store.find(sessionId).filter(session -> session.gatewayId().equals(gatewayId));
  }

  private void take(SessionEvent event, Session session, String gatewayName) {
    switch (event) {
      case SessionEvent.Started started ->
          done(session, gatewayName, "session.opened", "client", started.clientAddress());
      case SessionEvent.ConnectionOpened opened -> {
        store.connectionOpened(
            session.id(), opened.application().isEmpty() ? opened.driver() : both(opened));
        done(
            session,
            gatewayName,
            "connection.opened",
            "connection",
            opened.connectionId(),
            "client",
            opened.clientAddress(),
            "application",
            opened.application(),
            "driver",
            opened.driver());
      }
      case SessionEvent.ConnectionClosed closed -> {
        store.connectionClosed(session.id());
        done(
            session,
            gatewayName,
            "connection.closed",
            "connection",
            closed.connectionId(),
            "cause",
            closed.cause(),
            "commands",
            Long.toString(closed.commands()));
      }
      case SessionEvent.Counters counters ->
          store.count(
              session.id(),
              new Session.Counters(
                  counters.connections(),
                  session.counters().connections(),
                  counters.commands(),
                  counters.refusals(),
                  counters.bytesIn(),
                  counters.bytesOut()));
      case SessionEvent.Ended ended -> ended(ended, session, gatewayName);
      case SessionEvent.Dropped dropped ->
          done(
              session,
              gatewayName,
              "session.events-dropped",
              "count",
              Long.toString(dropped.count()));
      case SessionEvent.Refused _ -> {
        // Counted, and audited after.
      }
    }
  }

  private static String both(SessionEvent.ConnectionOpened opened) {
    return opened.driver().isEmpty()
        ? opened.application()
        : opened.application() + " (" + opened.driver() + ")";
  }

  private void ended(SessionEvent.Ended ended, Session session, String gatewayName) {
    store.count(
        session.id(),
        new Session.Counters(
            0,
            session.counters().connections(),
            ended.commands(),
            ended.refusals(),
            ended.bytesIn(),
            ended.bytesOut()));
    if (ended.code().equals("gateway-shutdown") && session.state() instanceof SessionState.Active) {
      // The gateway goes, the grant stays: the lease is among the desired ones when it is back.
      return;
    }
    SessionState.Over over =
        switch (session.state()) {
          case SessionState.Closing closing -> closing.confirm();
          case SessionState.Active active ->
              active.closed(reason(ended.code()), ended.reason(), ended.at());
          case SessionState.Starting _ ->
              new SessionState.Over(reason(ended.code()), Actor.SYSTEM, ended.reason(), ended.at());
          case SessionState.Over known -> known;
          case SessionState.Failed _ ->
              new SessionState.Over(
                  EndReason.NEVER_STARTED, Actor.SYSTEM, ended.reason(), ended.at());
        };
    if (store.over(session.id(), over)) {
      done(
          session,
          gatewayName,
          "session.over",
          "reason",
          over.reason().name(),
          "commands",
          Long.toString(ended.commands()),
          "refused",
          Long.toString(ended.refusals()));
    }
    store.leaseOf(session.id()).ifPresent(leaseId -> goneForGood(leaseId, ended, session));
  }

  /**
   * After a time without the link the lease may have been among the desired ones before this event
   * was heard, and the gateway may serve it again: it is told to drop it, which is nothing to one
   * that has.
   */
  private void goneForGood(String leaseId, SessionEvent.Ended ended, Session session) {
    leases.gone(leaseId, clock.instant());
    gateways
        .connection(session.gatewayId())
        .ifPresent(
            gateway -> gateway.revoke(new Revocation(leaseId, ended.code(), ended.reason())));
  }

  private static EndReason reason(String code) {
    return switch (code) {
      case "expired" -> EndReason.EXPIRED;
      case "left", "closed" -> EndReason.CLOSED;
      case "idle" -> EndReason.IDLE;
      case "revoked" -> EndReason.REVOKED;
      case "ended-by-administrator" -> EndReason.ENDED_BY_ADMIN;
      default -> EndReason.GATEWAY_LOST;
    };
  }

  private void done(Session session, String gatewayName, String action, String... facts) {
    audit.done(actor(session, gatewayName), action, target(session), facts);
  }

  private Actor actor(Session session, String gatewayName) {
    return Actor.powerless(
        session.person(), organizations.organizationId().orElse(""), "gateway " + gatewayName);
  }

  private static Target target(Session session) {
    return new Target(
        "session",
        session.id(),
        session.projectName() + "/" + session.resourceName() + "/" + session.accountName());
  }
}
