package io.tidegate.control.session;

import io.tidegate.control.access.GrantExpiry;
import io.tidegate.control.access.GrantState;
import io.tidegate.control.access.RequestExpiry;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.gateways.GatewayFence;
import io.tidegate.control.gateways.GatewayRegistry;
import io.tidegate.control.identity.People;
import io.tidegate.control.lease.Leases;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.session.SessionState.EndReason;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Ends whatever must not live on. It compares what should be (grants) with what is (sessions and
 * the leases at gateways): on every change, on a timer, and at start. Each step is written down
 * before it is taken, so a crash at any instant only means that the next run goes on.
 *
 * <p>A closing session is over when its gateway says so; or when the gateway was told on a
 * connection that has stayed up for a while since, in which case it never had the lease; or, with
 * the gateway away, once the lease has expired by everybody's clock.
 */
@Component
public class Reconciler implements SmartLifecycle {
  /** The subject under which others ask for a run. */
  static final String DUE = "due";

  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration SILENCE = Duration.ofSeconds(5);
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(10);
  private static final Duration START_SLACK = Duration.ofSeconds(5);

  private final GrantExpiry grants;
  private final RequestExpiry requests;
  private final SessionStore store;
  private final Leases leases;
  private final GatewayRegistry gateways;
  private final GatewayFence fence;
  private final Organizations organizations;
  private final Audit audit;
  private final Changes changes;
  private final ControlSettings settings;
  private final InstantSource clock;

  /** When a gateway was told to drop a session, and on which connection. */
  private final Map<String, Told> told = new HashMap<>();

  private volatile @Nullable Thread thread;
  private volatile boolean running;

  private record Told(GatewayConnection connection, Instant at) {}

  Reconciler(
      GrantExpiry grants,
      RequestExpiry requests,
      SessionStore store,
      Leases leases,
      GatewayRegistry gateways,
      GatewayFence fence,
      Organizations organizations,
      Audit audit,
      Changes changes,
      ControlSettings settings,
      InstantSource clock) {
    this.grants = grants;
    this.requests = requests;
    this.store = store;
    this.leases = leases;
    this.gateways = gateways;
    this.fence = fence;
    this.organizations = organizations;
    this.audit = audit;
    this.changes = changes;
    this.settings = settings;
    this.clock = clock;
  }

  /** One comparison, now. */
  public void reconcile() {
    Instant now = clock.instant();
    reconcile(now, now.minus(settings.leaseTimeout()).minus(START_SLACK));
  }

  private synchronized void reconcile(Instant now, Instant startedBefore) {
    // Each step and each session by itself: what cannot be ended now must not keep the rest alive.
    attempt(grants::endOverdue);
    attempt(requests::expireOverdue);
    Set<String> closing = new HashSet<>();
    for (SessionStore.Due due : store.due(now, startedBefore)) {
      closing.add(due.sessionId());
      attempt(() -> {
        switch (due.status()) {
          case STARTING, ACTIVE -> drive(due, close(due, now), now);
          case CLOSING -> drive(due, null, now);
          case ENDED, TERMINATED, FAILED -> {}
        }
      });
    }
    told.keySet().retainAll(closing);
    // Last: a retired gateway has heard by now which sessions to end.
    attempt(fence::hold);
  }

  private SessionState.Closing close(SessionStore.Due due, Instant now) {
    SessionState.Closing closing = why(due, now);
    Actor system = Actor.system(organizations.organizationId().orElse(""));
    audit.endingAct(
        system,
        "session.end",
        Target.of("session", due.sessionId()),
        () -> {
          if (store.close(due.sessionId(), closing)) {
            leases.revoking(due.leaseId(), now);
            audit.done(
                system,
                "session.end",
                Target.of("session", due.sessionId()),
                "reason",
                closing.reason().name(),
                "by",
                closing.byUsername(),
                "note",
                closing.note());
            changes.changed(due.sessionId());
          }
          return closing;
        });
    return closing;
  }

  private static SessionState.Closing why(SessionStore.Due due, Instant now) {
    SessionState.Active active = new SessionState.Active(due.startedAt());
    if (due.grantEnded()) {
      GrantState.EndReason reason =
          due.grantEndReason() == null
              ? GrantState.EndReason.EXPIRED
              : GrantState.EndReason.valueOf(due.grantEndReason());
      String by = due.grantEndedBy() == null ? Actor.SYSTEM : due.grantEndedBy();
      String note = due.grantEndNote() == null ? "" : due.grantEndNote();
      EndReason why =
          switch (reason) {
            case EXPIRED -> EndReason.EXPIRED;
            case RETURNED -> EndReason.CLOSED;
            case REVOKED_APPROVER, REVOKED_ADMIN, IDENTITY_DISABLED, POLICY_CHANGED ->
                EndReason.REVOKED;
          };
      return active.end(why, by, note, now);
    }
    if (!now.isBefore(due.expiresAt())) {
      return active.end(EndReason.EXPIRED, Actor.SYSTEM, "", now);
    }
    String retiredBy = due.gatewayRetiredBy();
    if (retiredBy != null) {
      return active.end(EndReason.GATEWAY_RETIRED, retiredBy, "gateway " + due.gatewayName(), now);
    }
    if (due.newTerms()) {
      return active.end(
          EndReason.REVOKED, Actor.SYSTEM, "the resource or the account was changed", now);
    }
    return active.end(EndReason.NEVER_STARTED, Actor.SYSTEM, "", now);
  }

  /** Tells the gateway, or finds that it is over. */
  private void drive(SessionStore.Due due, SessionState.@Nullable Closing because, Instant now) {
    Optional<GatewayConnection> connection = gateways.connection(due.gatewayId());
    if (connection.isEmpty()) {
      told.remove(due.sessionId());
      if (!now.isBefore(due.expiresAt().plus(CLOCK_SKEW))) {
        finish(due, now);
      }
      return;
    }
    Told last = told.get(due.sessionId());
    if (last == null || !last.connection().equals(connection.get())) {
      connection.get().revoke(revocation(due, because));
      told.put(due.sessionId(), new Told(connection.get(), now));
    } else if (!now.isBefore(last.at().plus(SILENCE))) {
      finish(due, now);
    }
  }

  private Revocation revocation(SessionStore.Due due, SessionState.@Nullable Closing because) {
    SessionState.Closing closing = because;
    if (closing == null) {
      closing =
          store
              .find(due.sessionId())
              .map(Session::state)
              .filter(SessionState.Closing.class::isInstance)
              .map(SessionState.Closing.class::cast)
              .orElse(null);
    }
    if (closing == null) {
      return new Revocation(due.leaseId(), "revoked", "The session was ended.");
    }
    String code =
        switch (closing.reason()) {
          case EXPIRED -> "expired";
          case CLOSED, ABANDONED -> "closed";
          case ENDED_BY_ADMIN -> "ended-by-administrator";
          case REVOKED, IDLE, GATEWAY_LOST, GATEWAY_RETIRED, NEVER_STARTED -> "revoked";
        };
    StringBuilder sentence = new StringBuilder(closing.reason().sentence());
    if (!closing.byUsername().equals(Actor.SYSTEM)) {
      sentence.append(" (").append(closing.byUsername()).append(')');
    }
    if (!closing.note().isEmpty()) {
      sentence.append(": ").append(closing.note());
    }
    return new Revocation(due.leaseId(), code, sentence.append('.').toString());
  }

  private void finish(SessionStore.Due due, Instant now) {
    Optional<Session> session = store.find(due.sessionId());
    if (session.isEmpty() || !(session.get().state() instanceof SessionState.Closing closing)) {
      return;
    }
    Actor system = Actor.system(organizations.organizationId().orElse(""));
    audit.endingAct(
        system,
        "session.over",
        Target.of("session", due.sessionId()),
        () -> {
          if (store.over(due.sessionId(), closing.confirm())) {
            leases.gone(due.leaseId(), now);
            audit.done(
                system,
                "session.over",
                Target.of("session", due.sessionId()),
                "reason",
                closing.reason().name());
            changes.changed(due.sessionId());
          }
          return due;
        });
    told.remove(due.sessionId());
  }

  @Override
  public void start() {
    running = true;
    thread = Thread.ofVirtual().name("reconciler").start(this::run);
  }

  private void run() {
    try (Changes.Watch watch =
        changes.watch(id ->
            id.equals(DUE)
                || id.startsWith("grt_")
                || id.startsWith(People.CHANGED)
                || id.startsWith("acc_")
                || id.startsWith("res_")
                || id.startsWith("flw_")
                || id.startsWith("gtw_"))) {
      // At the start nothing is being started: what is STARTING was cut off by the last stop.
      Instant begin = clock.instant();
      attempt(() -> reconcile(begin, begin.plusMillis(1)));
      while (running) {
        watch.await(untilNext());
        attempt(this::reconcile);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration untilNext() {
    Duration most = settings.reconcileEvery();
    try {
      return grants
          .nextExpiry()
          .map(at -> Duration.between(clock.instant(), at))
          .map(left -> left.isNegative() ? Duration.ZERO : left)
          .filter(left -> left.compareTo(most) < 0)
          // Never without a pause: what cannot be ended now must not keep a core busy.
          .map(left -> left.plusMillis(5))
          .orElse(most);
    } catch (RuntimeException e) {
      return most;
    }
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (Refused e) {
      LOG.warn("Reconciliation waits: {}", e.detail());
    } catch (RuntimeException e) {
      if (running) {
        LOG.error("Reconciliation failed; it is tried again", e);
      }
    }
  }

  @Override
  public void stop() {
    running = false;
    Thread stopping = thread;
    if (stopping != null) {
      stopping.interrupt();
      try {
        stopping.join(2_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stops before the link does: what it says at last must be heard. */
  @Override
  public int getPhase() {
    return SmartLifecycle.DEFAULT_PHASE;
  }
}
