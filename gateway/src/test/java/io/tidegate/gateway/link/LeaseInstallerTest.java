package io.tidegate.gateway.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.session.CloseCause;
import io.tidegate.gateway.session.ConnectionFacts;
import io.tidegate.gateway.session.Ending;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.SessionListener;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.Upstream;
import io.tidegate.gateway.session.Upstreams;
import io.tidegate.gateway.support.FakeControl;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.ScriptedServer;
import io.tidegate.gateway.target.Targets;
import io.tidegate.gateway.transport.Transport;
import io.tidegate.link.GatewayHello;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.Revocation;
import io.tidegate.link.SignedLease;
import io.tidegate.link.Welcome;
import io.tidegate.link.trust.SealingKey;
import io.tidegate.testkit.SettableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may happen while a lease is being installed: its trial sign-in is when. */
class LeaseInstallerTest {
  private final SealingKey sealingKey = SealingKey.generate();
  private final SettableClock clock = new SettableClock(Leases.START.plusSeconds(10));
  private final Transport transport = Transport.open(1);
  private final Targets targets = new Targets(transport, Timings.defaults(), (id, view) -> {});
  private final AtomicBoolean awaited = new AtomicBoolean(true);
  private final MeanwhileUpstreams upstreams = new MeanwhileUpstreams();
  private final Sessions sessions =
      new Sessions(clock, Timings.defaults(), new Nobody(), upstreams);
  private final ControlLink control =
      new ControlLink(
          () -> new GatewayHello("g", "0", "127.0.0.1", 1, sealingKey.publicKey()),
          sessions,
          (query, sink) -> {},
          renewed -> {});
  private FakeControl signer;
  private ScriptedServer target;
  private SignedLease lease;

  @BeforeEach
  void begin() throws Exception {
    signer = new FakeControl();
    target = new ScriptedServer(request -> ScriptedServer.ok());
    control.use(
        new LeaseInstaller(
            control::verifier,
            sealingKey,
            sessions,
            targets,
            upstreams,
            (resource, port) -> null,
            binding -> null,
            Timings.defaults()));
    control.welcomed(
        new Welcome(
            List.of(
                new LeaseKey(signer.signer.keyId(), signer.signingKeys.getPublic().getEncoded())),
            signer.authority.certificate(),
            clock.instant()));
    lease = signer.sign(lease("a"));
  }

  private Lease lease(String id) throws Exception {
    Lease any = Leases.of(id, BuiltInRoles.of("read", "shop"), null, Lease.Limits.DEFAULT);
    return Leases.leadingTo(
        any,
        "mongodb://" + target.address(),
        sealingKey
            .publicKey()
            .seal(GatewayFixture.PASSWORD.getBytes(StandardCharsets.UTF_8), any.leaseId())
            .bytes());
  }

  @AfterEach
  void end() {
    targets.close();
    transport.close();
    target.close();
  }

  @Test
  void aLeaseThatIsStillAskedForIsInstalled() throws Exception {
    assertThat(control.install(lease, awaited::get)).isInstanceOf(LeaseOutcome.Installed.class);
    assertThat(sessions.live()).hasSize(1);
  }

  @Test
  void aLeaseIsNotInstalledWhenAListWithoutItCameMeanwhile() throws Exception {
    upstreams.meanwhile =
        () -> {
          // The connection on which it was asked for is lost, and the next begins with the list.
          awaited.set(false);
          control.desired(List.of());
        };

    assertThat(control.install(lease, awaited::get)).isInstanceOf(LeaseOutcome.Rejected.class);
    assertThat(sessions.live()).isEmpty();
  }

  @Test
  void aLeaseThatWasAskedForSinceTheListIsInstalled() throws Exception {
    control.desired(List.of());

    assertThat(control.install(lease, awaited::get)).isInstanceOf(LeaseOutcome.Installed.class);
    assertThat(sessions.live()).hasSize(1);
  }

  @Test
  void aLeaseIsNotInstalledWhenItWasRevokedMeanwhile() throws Exception {
    upstreams.meanwhile = () -> control.revoke(new Revocation(lease.leaseId(), "revoked", "over"));

    assertThat(control.install(lease, awaited::get)).isInstanceOf(LeaseOutcome.Rejected.class);
    assertThat(sessions.live()).isEmpty();
  }

  @Test
  void aLeaseThatWasRevokedBeforeItCameIsNotInstalledHoweverManyFollowed() throws Exception {
    control.revoke(new Revocation(lease.leaseId(), "revoked", "over"));
    for (int i = 0; i < 20_000; i++) {
      control.revoke(new Revocation("lse_other_" + i, "revoked", "over"));
    }

    assertThat(control.install(lease, awaited::get)).isInstanceOf(LeaseOutcome.Rejected.class);
    assertThat(control.install(signer.sign(lease("b")), awaited::get))
        .isInstanceOf(LeaseOutcome.Installed.class);
    assertThat(sessions.live()).hasSize(1);
  }

  @Test
  void aLeaseThatEndedHereIsNotInstalledAgainWhenItsSessionIsForgotten() throws Exception {
    control.install(lease, awaited::get);
    sessions.end(sessions.live().getFirst(), Ending.IDLE, "nobody used it");
    clock.advance(Duration.ofMinutes(6));
    sessions.tick();
    assertThat(sessions.byLease(lease.leaseId())).isNull();

    assertThat(control.install(lease, awaited::get)).isInstanceOf(LeaseOutcome.Rejected.class);
    assertThat(sessions.live()).isEmpty();
  }

  @Test
  void noLeaseIsTakenWhenItsEndMightNotBeRemembered() throws Exception {
    for (int i = 0; i <= 100_000; i++) {
      control.revoke(new Revocation("lse_other_" + i, "revoked", "over"));
    }

    assertThat(control.install(lease, awaited::get))
        .isInstanceOfSatisfying(
            LeaseOutcome.Rejected.class,
            rejected -> assertThat(rejected.code()).isEqualTo("gateway-full"));

    // A list says what is wanted now; what was revoked before it cannot come any more.
    control.desired(List.of());
    assertThat(control.install(lease, awaited::get)).isInstanceOf(LeaseOutcome.Installed.class);
  }

  private static final class MeanwhileUpstreams implements Upstreams {
    private Runnable meanwhile = () -> {};

    @Override
    public void open(Session session, EventLoop loop, Upstream.Listener listener) {
      throw new AssertionError("nothing is forwarded here");
    }

    @Override
    public Upstream.@Nullable Failure signInOnce(Session session) {
      meanwhile.run();
      return null;
    }

    @Override
    public void clearUp(Session session) {}
  }

  private static final class Nobody implements SessionListener {
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
    public void ended(Session session, Ending ending) {}
  }
}
