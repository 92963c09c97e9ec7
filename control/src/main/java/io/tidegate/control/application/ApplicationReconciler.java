package io.tidegate.control.application;

import io.tidegate.control.application.ApplicationLease.UserOnCluster;
import io.tidegate.control.application.LeaseCompiler.Finding;
import io.tidegate.control.application.LeaseCompiler.Finding.Wanted;
import io.tidegate.control.gateways.GatewayRegistry;
import io.tidegate.control.lease.LeaseStatus;
import io.tidegate.control.network.NetworkRules;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Refused;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.Revocation;
import io.tidegate.link.SignedLease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Sees to it that gateways hold the leases of database users in their newest revision, and no
 * others: on every change, on a timer and at start. Each step is written down before it is taken,
 * so that a crash at any instant only means that the next run goes on.
 *
 * <p>Users that stay get leases of a week, renewed every day: a gateway that is cut off goes on for
 * days, and not for ever.
 */
@Component
public class ApplicationReconciler implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(ApplicationReconciler.class);
  private static final Duration LEASE_LIFE = Duration.ofDays(7);
  private static final Duration RENEW_BEFORE = Duration.ofDays(6);
  private static final Duration SILENCE = Duration.ofSeconds(5);
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** How many of its periods the timer waits when nothing is under way. */
  private static final int QUIET = 10;

  private final StoredDatabaseUsers users;
  private final DatabaseUserStore userStore;
  private final NetworkRules network;
  private final LeaseCompiler compiler;
  private final ApplicationLeaseStore store;
  private final GatewayRegistry gateways;
  private final Changes changes;
  private final ControlSettings settings;
  private final Ids ids;
  private final InstantSource clock;

  /** When a gateway was told to drop a lease, and on which connection. */
  private final Map<String, Told> told = new ConcurrentHashMap<>();

  /** Pushes that wait for their answer, and those to be tried again later. */
  private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();

  private volatile @Nullable Thread thread;
  private volatile boolean running;

  private record Told(GatewayConnection connection, Instant at) {}

  /**
   * @param again when to try again; null while the answer is awaited
   */
  private record Attempt(
      GatewayConnection connection, long revision, Duration pause, @Nullable Instant again) {}

  ApplicationReconciler(
      StoredDatabaseUsers users,
      DatabaseUserStore userStore,
      NetworkRules network,
      LeaseCompiler compiler,
      ApplicationLeaseStore store,
      GatewayRegistry gateways,
      Changes changes,
      ControlSettings settings,
      Ids ids,
      InstantSource clock) {
    this.users = users;
    this.userStore = userStore;
    this.network = network;
    this.compiler = compiler;
    this.store = store;
    this.gateways = gateways;
    this.changes = changes;
    this.settings = settings;
    this.ids = ids;
    this.clock = clock;
  }

  /** One comparison, now. */
  public synchronized void reconcile() {
    Instant now = clock.instant();
    attempt(users::removeOverdue);
    attempt(network::removeOverdue);
    // The leases first: one that is written down later than what it is compared with stays.
    List<ApplicationLease> open = store.open();
    Map<UserOnCluster, Finding> findings = compiler.compile();
    Set<UserOnCluster> held = new HashSet<>();
    for (ApplicationLease lease : open) {
      if (!isRevoking(lease)) {
        attempt(() -> {
          if (settle(lease, findings.get(lease.key()), now)) {
            held.add(lease.key());
          }
        });
      }
    }
    findings.forEach((key, finding) -> {
      if (finding instanceof Wanted wanted && !held.contains(key)) {
        attempt(() -> begin(key, wanted, now));
      }
    });
    Set<String> known = new HashSet<>();
    // What must go first, and then what comes: a name is never let in by an old and a new lease.
    List<ApplicationLease> after = new ArrayList<>(store.open());
    after.sort((a, b) -> Boolean.compare(isRevoking(b), isRevoking(a)));
    for (ApplicationLease lease : after) {
      known.add(lease.id());
      attempt(() -> {
        if (isRevoking(lease)) {
          withdraw(lease, now);
        } else if (lease.status() == LeaseStatus.WANTED
            && findings.get(lease.key()) instanceof Wanted wanted) {
          push(lease, wanted, now);
        }
      });
    }
    told.keySet().retainAll(known);
    attempts.keySet().retainAll(known);
  }

  private static boolean isRevoking(ApplicationLease lease) {
    return lease.status() == LeaseStatus.REVOKING;
  }

  /** Whether it stays, in its present revision or the next. */
  private boolean settle(ApplicationLease lease, @Nullable Finding finding, Instant now) {
    if (finding instanceof Wanted wanted && wanted.gatewayId().equals(lease.gatewayId())) {
      Instant end = wanted.user().deleteAfter();
      boolean renewal =
          lease.expiresAt().isBefore(now.plus(RENEW_BEFORE))
              && (end == null || lease.expiresAt().isBefore(end));
      if (renewal || !lease.fingerprint().equals(wanted.fingerprint())) {
        store.renew(lease, wanted.fingerprint(), expiry(end, now), now);
      }
      return true;
    }
    if (finding instanceof Wanted) {
      store.revoking(lease.id(), "revoked", "Another gateway serves this cluster now.", now);
    } else if (finding instanceof Finding.Unserved unserved) {
      store.revoking(lease.id(), "revoked", unserved.why(), now);
    } else if (now.isBefore(lease.expiresAt())) {
      store.revoking(
          lease.id(),
          "revoked",
          "The database user was deleted, or does not reach this cluster any more.",
          now);
    } else {
      store.revoking(lease.id(), "expired", "The database user's time is over.", now);
    }
    return false;
  }

  private static Instant expiry(@Nullable Instant end, Instant now) {
    Instant usual = now.plus(LEASE_LIFE);
    return end != null && end.isBefore(usual) ? end : usual;
  }

  private void begin(UserOnCluster key, Wanted wanted, Instant now) {
    Instant expiry = expiry(wanted.user().deleteAfter(), now);
    if (!now.isBefore(expiry)) {
      return;
    }
    store.want(
        new ApplicationLease(
            ids.next("lse"),
            ids.next("ses"),
            key.userId(),
            wanted.user().username(),
            wanted.user().projectId(),
            key.resourceId(),
            wanted.gatewayId(),
            LeaseStatus.WANTED,
            1,
            wanted.fingerprint(),
            expiry,
            null,
            0,
            null,
            null,
            null,
            null),
        now);
  }

  private void push(ApplicationLease lease, Wanted wanted, Instant now) {
    Optional<GatewayConnection> found = gateways.connection(lease.gatewayId());
    if (found.isEmpty() || !lease.fingerprint().equals(wanted.fingerprint())) {
      return;
    }
    GatewayConnection connection = found.get();
    Attempt last = attempts.get(lease.id());
    boolean same =
        last != null && last.connection().equals(connection) && last.revision() == lease.revision();
    if (last != null && same && (last.again() == null || now.isBefore(last.again()))) {
      return;
    }
    Duration pause = last != null && same ? last.pause().multipliedBy(2) : FIRST_PAUSE;
    Attempt attempt =
        new Attempt(
            connection,
            lease.revision(),
            pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause,
            null);
    SignedLease signed = compiler.sign(lease, wanted, connection);
    attempts.put(lease.id(), attempt);
    // It completes with a value, always; waiting for it here would hold up the other leases.
    CompletableFuture<LeaseOutcome> pushed = connection.push(signed);
    Thread.ofVirtual().start(() -> attempt(() -> answered(lease, attempt, pushed.join())));
  }

  private void answered(ApplicationLease lease, Attempt attempt, LeaseOutcome outcome) {
    Instant now = clock.instant();
    switch (outcome) {
      case LeaseOutcome.Installed _ -> {
        attempts.remove(lease.id(), attempt);
        store.held(lease.id(), lease.revision(), now);
      }
      case LeaseOutcome.Rejected rejected -> {
        if (rejected.code().equals("lease-over")) {
          // It ended at the gateway: another lease takes its place.
          store.gone(lease.id(), rejected.code(), rejected.sentence(), now);
        } else {
          LOG.atWarn()
              .addKeyValue("lease", lease.id())
              .addKeyValue("code", rejected.code())
              .log("a gateway cannot let a database user in; it is tried again");
          store.trouble(lease.id(), lease.revision(), rejected.sentence(), now);
        }
        later(lease, attempt, now);
      }
      case LeaseOutcome.Unanswered unanswered -> {
        store.trouble(lease.id(), lease.revision(), unanswered.sentence(), now);
        later(lease, attempt, now);
      }
    }
    changes.changed(lease.userId());
  }

  private void later(ApplicationLease lease, Attempt attempt, Instant now) {
    attempts.replace(
        lease.id(),
        attempt,
        new Attempt(
            attempt.connection(), attempt.revision(), attempt.pause(), now.plus(attempt.pause())));
  }

  /** Tells the gateway, or finds that it has gone. */
  private void withdraw(ApplicationLease lease, Instant now) {
    Optional<GatewayConnection> connection = gateways.connection(lease.gatewayId());
    if (connection.isEmpty()) {
      told.remove(lease.id());
      if (!now.isBefore(lease.expiresAt().plus(CLOCK_SKEW))) {
        store.gone(lease.id(), "expired", "", now);
      }
      return;
    }
    Told last = told.get(lease.id());
    if (last == null || !last.connection().equals(connection.get())) {
      connection
          .get()
          .revoke(
              new Revocation(
                  lease.id(),
                  Objects.requireNonNullElse(lease.endCode(), "revoked"),
                  Objects.requireNonNullElse(lease.endReason(), "Your access was ended.")));
      told.put(lease.id(), new Told(connection.get(), now));
    } else if (!now.isBefore(last.at().plus(SILENCE))) {
      // It never had it, or it would have said that it ended.
      store.gone(lease.id(), "revoked", "", now);
    }
  }

  @Override
  public void start() {
    running = true;
    thread = Thread.ofVirtual().name("application-reconciler").start(this::run);
  }

  private void run() {
    try (Changes.Watch watch =
        changes.watch(id ->
            Stream.of("dbu_", "ale_", "rol_", "acc_", "res_", "gtw_").anyMatch(id::startsWith))) {
      attempt(this::reconcile);
      while (running) {
        watch.await(untilNext());
        attempt(this::reconcile);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration untilNext() {
    Duration period = settings.reconcileEvery();
    try {
      boolean underWay =
          store.open().stream().anyMatch(lease -> lease.status() != LeaseStatus.HELD);
      Duration most = underWay ? period : period.multipliedBy(QUIET);
      Instant now = clock.instant();
      return Stream.of(userStore.nextExpiry(), network.nextExpiry())
          .flatMap(Optional::stream)
          .map(at -> Duration.between(now, at))
          .map(left -> left.isNegative() ? Duration.ZERO : left)
          // Never without a pause: what cannot be ended now must not keep a core busy.
          .map(left -> left.plusMillis(5))
          .filter(left -> left.compareTo(most) < 0)
          .min(Duration::compareTo)
          .orElse(most);
    } catch (RuntimeException e) {
      return period;
    }
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (Refused e) {
      LOG.warn("Reconciliation of applications waits: {}", e.detail());
    } catch (RuntimeException e) {
      if (running) {
        LOG.error("Reconciliation of applications failed; it is tried again", e);
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
