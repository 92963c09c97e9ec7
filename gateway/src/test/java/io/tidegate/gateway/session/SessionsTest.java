package io.tidegate.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.support.FixedTarget;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.target.TargetView;
import io.tidegate.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private final SettableClock clock = new SettableClock(Leases.START.plusSeconds(10));
  private final List<String> ended = new ArrayList<>();
  private final List<String> cleared = new ArrayList<>();
  private final FixedTarget target = new FixedTarget(new TargetView(null, null, null));
  private final Sessions sessions =
      new Sessions(clock, Timings.defaults(), new Listening(), new NoUpstreams());

  private Session install(Lease lease) {
    Session session =
        new Session(
            lease,
            new AccountSecret("svc", "planted-4711"),
            null,
            target,
            sessions.logicalSessions(lease),
            clock.instant());
    sessions.install(session);
    return session;
  }

  @Test
  void aLeaseEndsAtItsInstantAndNotBefore() {
    Session session = install(Leases.reading("a"));
    Instant end = session.lease().expiresAt();

    clock.set(end.minusMillis(1));
    sessions.tick();
    assertThat(session.ending()).isNull();

    clock.set(end);
    sessions.tick();
    assertThat(session.ending()).extracting(ending -> ending.code()).isEqualTo(Ending.EXPIRED);
    assertThat(cleared).as("before the loops have come to it").isEmpty();
    sessions.tick();
    sessions.tick();
    assertThat(ended).containsExactly("ses_a expired");
    assertThat(cleared).containsExactly("ses_a");
  }

  @Test
  void aRenewedLeaseEndsAtItsNewInstant() {
    Lease lease = Leases.reading("a");
    Session session = install(lease);
    sessions.renew(session, later(lease, 2), session.secret(), null);

    clock.set(lease.expiresAt());
    sessions.tick();
    assertThat(session.ending()).isNull();

    clock.set(lease.expiresAt().plus(Duration.ofHours(1)));
    sessions.tick();
    assertThat(session.ending()).isNotNull();
  }

  @Test
  void anOlderRevisionChangesNothing() {
    Lease lease = Leases.reading("a");
    Session session = install(lease);
    sessions.renew(session, later(lease, 1), session.secret(), null);

    assertThat(session.lease()).isEqualTo(lease);
  }

  @Test
  void aTombstoneStandsForFiveMinutes() {
    Session session = install(Leases.reading("a"));
    sessions.end(session, Ending.REVOKED, "because");

    clock.advance(Duration.ofMinutes(5));
    sessions.tick();
    assertThat(sessions.byLease("lse_a")).isSameAs(session);
    assertThat(target.releases).hasValue(0);

    clock.advance(Duration.ofMillis(1));
    sessions.tick();
    assertThat(sessions.byLease("lse_a")).isNull();
    assertThat(sessions.bySession("ses_a")).isNull();
    assertThat(target.releases).hasValue(1);
  }

  @Test
  void whatIsUnderWayWhenItExpiresIsWaitedForAndThenClearedUp() {
    Session session = install(Leases.reading("a"));
    EmbeddedChannel channel = new EmbeddedChannel();
    BusyConnection writing = new BusyConnection(channel.eventLoop());
    session.add(writing, new ConnectionFacts("c1", "127.0.0.1:1"));

    clock.set(session.lease().expiresAt());
    sessions.tick();
    channel.runPendingTasks();
    sessions.tick();
    assertThat(writing.heard).containsExactly("expire expired within PT5S");
    assertThat(cleared).isEmpty();
    assertThat(ended).isEmpty();

    writing.busy = false;
    sessions.tick();
    assertThat(cleared).containsExactly("ses_a");
    assertThat(ended).containsExactly("ses_a expired");
    assertThat(writing.heard).hasSize(1);
  }

  @Test
  void whoeverEndsAnExpiredSessionWaitsForNothing() {
    Session session = install(Leases.reading("a"));
    EmbeddedChannel channel = new EmbeddedChannel();
    BusyConnection writing = new BusyConnection(channel.eventLoop());
    session.add(writing, new ConnectionFacts("c1", "127.0.0.1:1"));
    clock.set(session.lease().expiresAt());
    sessions.tick();

    // As the control plane says by its own clock, and in answer to what it hears.
    sessions.end(session, Ending.EXPIRED, "your access ended");
    assertThat(cleared).isEmpty();
    sessions.end(session, Ending.REVOKED, "the owner took it back");
    channel.runPendingTasks();

    assertThat(writing.heard).containsExactly("expire expired within PT5S", "end expired");
    assertThat(cleared).containsExactly("ses_a");
    assertThat(ended).containsExactly("ses_a expired");
  }

  @Test
  void anEndHappensOnce() {
    Session session = install(Leases.reading("a"));

    sessions.end(session, Ending.REVOKED, "first");
    sessions.end(session, Ending.IDLE, "second");

    assertThat(ended).containsExactly("ses_a revoked");
    assertThat(session.ending()).extracting(ending -> ending.reason()).isEqualTo("first");
  }

  @Test
  void idlenessEndsASessionAndUseDoesNot() {
    Lease.Limits limits = new Lease.Limits(10, 1 << 20, Duration.ofMinutes(10));
    Session idle = install(Leases.of("a", BuiltInRoles.of("read", "shop"), null, limits));
    Session used = install(Leases.of("b", BuiltInRoles.of("read", "shop"), null, limits));

    clock.advance(Duration.ofMinutes(6));
    used.used(clock.millis());
    clock.advance(Duration.ofMinutes(5));
    sessions.tick();

    assertThat(idle.ending()).extracting(ending -> ending.code()).isEqualTo(Ending.IDLE);
    assertThat(used.ending()).isNull();
  }

  @Test
  void aLongCommandIsNoIdleness() {
    Lease.Limits limits = new Lease.Limits(10, 1 << 20, Duration.ofMinutes(10));
    Session session = install(Leases.of("a", BuiltInRoles.of("read", "shop"), null, limits));
    session.add(
        new BusyConnection(new EmbeddedChannel().eventLoop()),
        new ConnectionFacts("c1", "127.0.0.1:1"));

    clock.advance(Duration.ofMinutes(30));
    sessions.tick();

    assertThat(session.ending()).isNull();
  }

  @Test
  void aSessionEndsSomeTimeAfterItsHolderHasLeft() {
    Session session = install(Leases.reading("a"));
    Listener presence = new Listener();
    sessions.arrive(session, presence, "127.0.0.1:1");
    session.leave(presence, clock.millis());

    clock.advance(Duration.ofSeconds(15));
    sessions.tick();
    assertThat(session.ending()).isNull();

    clock.advance(Duration.ofMillis(1));
    sessions.tick();
    assertThat(session.ending()).extracting(ending -> ending.code()).isEqualTo(Ending.LEFT);
  }

  @Test
  void aHolderWhoComesBackKeepsTheSession() {
    Session session = install(Leases.reading("a"));
    Listener first = new Listener();
    sessions.arrive(session, first, "127.0.0.1:1");
    session.leave(first, clock.millis());
    clock.advance(Duration.ofSeconds(10));
    sessions.arrive(session, new Listener(), "127.0.0.1:1");

    clock.advance(Duration.ofMinutes(1));
    sessions.tick();

    assertThat(session.ending()).isNull();
  }

  @Test
  void aHolderIsPresentOnSoManyConnectionsAndNoMore() {
    Session session = install(Leases.reading("a"));
    Session neighbour = install(Leases.reading("b"));
    Listener first = new Listener();
    assertThat(sessions.arrive(session, first, "127.0.0.1:1")).isTrue();
    for (int i = 1; i < 16; i++) {
      assertThat(sessions.arrive(session, new Listener(), "127.0.0.1:1")).isTrue();
    }
    Listener last = new Listener();

    assertThat(sessions.arrive(session, last, "127.0.0.1:1")).isFalse();
    assertThat(last.heard).isEmpty();
    assertThat(sessions.arrive(neighbour, new Listener(), "127.0.0.1:1")).isTrue();

    session.leave(first, clock.millis());
    assertThat(sessions.arrive(session, last, "127.0.0.1:1")).isTrue();
  }

  @Test
  void aHolderIsToldWhenItEndsAMinuteBeforeAndAtTheEnd() {
    Session session = install(Leases.reading("a"));
    Listener presence = new Listener();
    sessions.arrive(session, presence, "127.0.0.1:1");
    assertThat(presence.heard).containsExactly("ending 2026-11-23T09:00:00Z");

    clock.set(session.lease().expiresAt().minusSeconds(59));
    sessions.tick();
    sessions.tick();
    clock.set(session.lease().expiresAt());
    sessions.tick();

    assertThat(presence.heard)
        .containsExactly(
            "ending 2026-11-23T09:00:00Z", "ending 2026-11-23T09:00:00Z", "ended expired");
  }

  @Test
  void aLogicalSessionBelongsToWhoUsedItFirstUntilThatOneEnds() {
    Session first = install(Leases.reading("a"));
    Session second = install(Leases.reading("b"));
    LogicalSessions.Id id = new LogicalSessions.Id(1, 2);

    assertThat(first.logicalSessions().claim(id, first)).isTrue();
    assertThat(second.logicalSessions().claim(id, second)).isFalse();
    assertThat(second.logicalSessions().claim(new LogicalSessions.Id(1, 3), second)).isTrue();
    assertThat(second.logicalSessions().owns(id, second)).isFalse();

    sessions.end(first, Ending.REVOKED, "over");
    assertThat(second.logicalSessions().claim(id, second)).isTrue();
  }

  @Test
  void aSecretIsNotPrinted() {
    Session session = install(Leases.reading("a"));

    assertThat(session.secret().toString()).doesNotContain("planted-4711").contains("<hidden>");
  }

  private static Lease later(Lease lease, long revision) {
    return new Lease(
        lease.leaseId(),
        lease.sessionId(),
        lease.grantId(),
        lease.grantee(),
        lease.organization(),
        lease.project(),
        lease.target(),
        lease.account(),
        lease.privileges(),
        lease.allowJavaScript(),
        lease.disclosure(),
        lease.limits(),
        lease.binding(),
        lease.network(),
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt().plus(Duration.ofHours(1)),
        revision);
  }

  private final class Listening implements SessionListener {
    @Override
    public void started(Session session, String clientAddress) {}

    @Override
    public void connectionOpened(Session session, ConnectionFacts connection) {}

    @Override
    public void connectionClosed(Session session, ConnectionFacts connection, CloseCause cause) {}

    @Override
    public void refused(
        Session session,
        ConnectionFacts connection,
        String command,
        String namespace,
        String rule,
        String sentence) {}

    @Override
    public void ended(Session session, Ending ending) {
      ended.add(session.id() + " " + ending.code());
    }
  }

  private final class NoUpstreams implements Upstreams {
    @Override
    public void open(Session session, EventLoop loop, Upstream.Listener listener) {
      throw new AssertionError("nothing is forwarded here");
    }

    @Override
    public Upstream.@Nullable Failure signInOnce(Session session) {
      return null;
    }

    @Override
    public void clearUp(Session session) {
      cleared.add(session.id());
    }
  }

  private static final class BusyConnection implements LiveConnection {
    private final List<String> heard = new ArrayList<>();
    private final EventLoop loop;
    private boolean busy = true;

    BusyConnection(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public boolean busy() {
      return busy;
    }

    @Override
    public void end(Ending ending) {
      heard.add("end " + ending.code());
    }

    @Override
    public void expire(Ending ending, Duration grace) {
      heard.add("expire " + ending.code() + " within " + grace);
    }

    @Override
    public void reconsider(Instant now) {}

    @Override
    public void leaveNode(String currentNode) {}
  }

  private static final class Listener implements Session.Presence {
    private final List<String> heard = new ArrayList<>();

    @Override
    public void ending(Instant at) {
      heard.add("ending " + at);
    }

    @Override
    public void ended(Ending ending) {
      heard.add("ended " + ending.code());
    }
  }
}
