package io.tidegate.gateway.session;

import io.netty.channel.EventLoop;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Timings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All sessions of the gateway: the live ones, and the tombstones of those that ended a moment ago.
 * It watches their clocks: expiry is this gateway's own, whatever the control plane does.
 */
public final class Sessions {
  private static final Duration NOTICE = Duration.ofSeconds(60);

  /** A few hundred bytes each. */
  private static final int MOST_ENDED = 100_000;

  private final InstantSource clock;
  private final Timings timings;
  private final SessionListener listener;
  private final Upstreams upstreams;
  private final Map<String, Session> byLease = new ConcurrentHashMap<>();
  private final Map<String, Session> bySession = new ConcurrentHashMap<>();
  private final Roster roster = new Roster();
  private final EndedLeases endedLeases = new EndedLeases(MOST_ENDED);
  private final Map<AccountKey, LogicalSessions> accounts = new ConcurrentHashMap<>();

  private record AccountKey(String resourceId, String username) {}

  public Sessions(
      InstantSource clock, Timings timings, SessionListener listener, Upstreams upstreams) {
    this.clock = clock;
    this.timings = timings;
    this.listener = listener;
    this.upstreams = upstreams;
  }

  /** The logical sessions of the account that this lease signs in with. */
  public LogicalSessions logicalSessions(Lease lease) {
    return accounts.computeIfAbsent(
        new AccountKey(lease.target().resourceId(), lease.account().username()),
        key -> new LogicalSessions());
  }

  /**
   * Lets clients of this session in from now on.
   *
   * @return null when it does, or the session that the lease has already, which stays
   */
  public @Nullable Session install(Session session) {
    Session known = byLease.putIfAbsent(session.lease().leaseId(), session);
    if (known == null) {
      bySession.put(session.id(), session);
      roster.enter(session);
    }
    return known;
  }

  /**
   * Gives a live session a newer revision of its lease. Its connections stay, but for those that
   * the new one would not let in.
   */
  public void renew(
      Session session, Lease newer, AccountSecret secret, @Nullable AccountSecret directory) {
    synchronized (roster) {
      Lease before = session.lease();
      if (newer.revision() <= before.revision()) {
        return;
      }
      session.renew(newer, secret, directory);
      roster.leave(session, before);
      if (session.ending() == null) {
        roster.enter(session);
      }
    }
    reconsider(session);
  }

  private void reconsider(Session session) {
    Instant now = clock.instant();
    for (LiveConnection connection : session.connections()) {
      connection.loop().execute(() -> connection.reconsider(now));
    }
  }

  /** The direct clients' sessions. */
  public Roster roster() {
    return roster;
  }

  /** By its lease, live or tombstone; null when there is none. */
  public @Nullable Session byLease(String leaseId) {
    return byLease.get(leaseId);
  }

  /** By its own id, live or tombstone; null when there is none. */
  public @Nullable Session bySession(String sessionId) {
    return bySession.get(sessionId);
  }

  /** Those that have not ended. */
  public List<Session> live() {
    List<Session> live = new ArrayList<>();
    for (Session session : byLease.values()) {
      if (session.ending() == null) {
        live.add(session);
      }
    }
    return live;
  }

  /** The leases that ended before their time. */
  public EndedLeases endedLeases() {
    return endedLeases;
  }

  public InstantSource clock() {
    return clock;
  }

  /** Counts a presence connection of a session's holder in; false when there are too many. */
  public boolean arrive(Session session, Session.Presence presence, String clientAddress) {
    if (!session.arrive(presence)) {
      return false;
    }
    if (session.start()) {
      listener.started(session, clientAddress);
    }
    return true;
  }

  /**
   * Ends a session: from this moment nothing more of it is forwarded; its connections are closed on
   * their loops; then its operations at the target are ended. At expiry, which nobody decided just
   * now, a write that is at the target already may finish first, so that its maker learns what came
   * of it; any other end does not wait, nor let wait what expiry left waiting.
   */
  public void end(Session session, String code, String reason) {
    boolean expired = code.equals(Ending.EXPIRED);
    Ending ending = new Ending(code, reason, clock.instant());
    boolean first;
    synchronized (roster) {
      first = session.end(ending);
      if (first) {
        roster.leave(session, session.lease());
      }
    }
    if (first) {
      endedLeases.add(session.lease().leaseId(), session.lease().expiresAt(), ending.at());
      onLoops(
          session,
          expired
              ? connection -> connection.expire(ending, timings.writeGrace())
              : connection -> connection.end(ending));
      session.presences().forEach(presence -> presence.ended(ending));
      if (!expired) {
        over(session, ending);
      }
    } else if (!expired) {
      cut(session);
    }
  }

  private static void onLoops(Session session, Consumer<LiveConnection> what) {
    Map<EventLoop, List<LiveConnection>> byLoop = new HashMap<>();
    for (LiveConnection connection : session.connections()) {
      byLoop.computeIfAbsent(connection.loop(), loop -> new ArrayList<>()).add(connection);
    }
    byLoop.forEach((loop, connections) -> loop.execute(() -> connections.forEach(what)));
  }

  /** Waits no longer for what is under way. */
  private void cut(Session session) {
    Ending ending = session.ending();
    if (ending != null && !session.isOver()) {
      onLoops(session, connection -> connection.end(ending));
      over(session, ending);
    }
  }

  private void over(Session session, Ending ending) {
    if (session.over()) {
      upstreams.clearUp(session);
      listener.ended(session, ending);
    }
  }

  /** Ends every session: the gateway stops. */
  public void endAll(String code, String reason) {
    for (Session session : byLease.values()) {
      end(session, code, reason);
    }
  }

  /**
   * Tells the connections of a resource's sessions at which node it is served now (wire rule C4).
   */
  public void moved(String resourceId, String node) {
    for (Session session : live()) {
      if (session.lease().target().resourceId().equals(resourceId)) {
        for (LiveConnection connection : session.connections()) {
          connection.loop().execute(() -> connection.leaveNode(node));
        }
      }
    }
  }

  /** Looks at every session's clocks; called every {@link Timings#tick}. */
  public void tick() {
    Instant now = clock.instant();
    byLease.forEach((leaseId, session) -> tick(leaseId, session, now));
  }

  private void tick(String leaseId, Session session, Instant now) {
    Ending ending = session.ending();
    if (ending != null) {
      if (!session.isOver() && !session.anyBusy()) {
        over(session, ending);
      }
      if (now.isAfter(ending.at().plus(timings.tombstone()))) {
        byLease.remove(leaseId, session);
        bySession.remove(session.id(), session);
        session.logicalSessions().release(session);
        session.target().release();
      }
      return;
    }
    long nowMillis = now.toEpochMilli();
    Lease lease = session.lease();
    Duration idle = lease.limits().maxIdle();
    if (!now.isBefore(lease.expiresAt())) {
      end(session, Ending.EXPIRED, "your access ended at " + lease.expiresAt());
    } else if (idle != null
        && nowMillis - session.lastUseMillis() > idle.toMillis()
        && !session.anyBusy()) {
      end(
          session,
          Ending.IDLE,
          "the session was idle for longer than " + idle.toMinutes() + " min");
    } else if (session.leftMillis() != Long.MAX_VALUE
        && session.openConnections() == 0
        && nowMillis - session.leftMillis() > timings.presenceGrace().toMillis()) {
      end(session, Ending.LEFT, "the tunnel was closed");
    } else if (now.isAfter(lease.expiresAt().minus(NOTICE)) && session.warn()) {
      session.presences().forEach(presence -> presence.ending(lease.expiresAt()));
    }
    if (session.admissionsEnded(now) && session.ending() == null) {
      reconsider(session);
    }
  }
}
