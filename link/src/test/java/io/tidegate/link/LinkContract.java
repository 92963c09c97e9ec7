package io.tidegate.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.PublicSealingKey;
import io.tidegate.link.trust.Validity;
import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds over either transport. */
@Timeout(60)
abstract class LinkContract {
  final SecureRandom random = new SecureRandom();
  final FakeControl control = new FakeControl(FakeControl.newAuthority());
  final FakeGateway gateway = new FakeGateway();
  final List<AutoCloseable> open = new ArrayList<>();
  final LinkOptions options =
      LinkOptions.defaults(InstantSource.system(), new Random(7))
          .withPause(_ -> Thread.sleep(5))
          .withPushTimeout(Duration.ofSeconds(5));
  LinkServer server;

  /** Serves the endpoint where {@link #transport()} finds it, again after a stop. */
  abstract LinkServer serve(ControlEndpoint endpoint, ControlCredentials as) throws IOException;

  abstract LinkTransport transport();

  @BeforeEach
  void start() throws IOException {
    server = serve(control, control.credentials);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
    server.close();
  }

  GatewayCredentials credentials(String id, CertificateAuthority by, Validity validity) {
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    return new GatewayCredentials(
        keys.getPrivate(),
        by.issueGateway(keys.getPublic(), id, List.of(), validity),
        by.certificate());
  }

  GatewayCredentials good() {
    return credentials(
        "gtw_A", control.authority, Validity.lasting(Instant.now(), Duration.ofHours(1)));
  }

  LinkClient connect(GatewayCredentials credentials) {
    return connect(credentials, options);
  }

  LinkClient connect(GatewayCredentials credentials, LinkOptions with) {
    LinkClient client = LinkClient.start(gateway, transport(), credentials, random, with);
    open.add(client);
    return client;
  }

  GatewayEnrolment.Outcome join(JoinToken token) {
    return GatewayEnrolment.join(
        transport(), token, "edge", "0.1.0", List.of("127.0.0.1"), random, options);
  }

  static SignedLease lease(String id) {
    return new SignedLease(id, new byte[] {1, 2}, new byte[] {3}, "k1");
  }

  static SessionEvent refused(int n) {
    return new SessionEvent.Refused(
        Instant.parse("2026-11-23T08:00:00Z").plusSeconds(n),
        "ses_1",
        "c1",
        "drop",
        "shop.orders",
        "outside-lease",
        "n" + n);
  }

  String told() throws InterruptedException {
    return gateway.told.poll(10, TimeUnit.SECONDS);
  }

  @Test
  void aTokenLetsAGatewayInAndItsCertificateConnectsIt() throws Exception {
    JoinToken token = control.issueToken(Instant.now().plusSeconds(60));

    GatewayEnrolment.Outcome outcome = join(JoinToken.parse(token.encoded()));

    assertThat(outcome).isInstanceOf(GatewayEnrolment.Outcome.Joined.class);
    GatewayCredentials joined = ((GatewayEnrolment.Outcome.Joined) outcome).credentials();
    assertThat(joined.gatewayId()).isEqualTo("gtw_1");
    assertThat(connect(joined).awaitConnected(Duration.ofSeconds(10))).isTrue();
    assertThat(control.nextConnection().gatewayId()).isEqualTo("gtw_1");
  }

  @Test
  void aTokenWorksOnce() {
    JoinToken token = control.issueToken(Instant.now().plusSeconds(60));
    JoinToken other = control.issueToken(Instant.now().plusSeconds(60));

    assertThat(join(token)).isInstanceOf(GatewayEnrolment.Outcome.Joined.class);
    assertThat(join(token))
        .isEqualTo(
            new GatewayEnrolment.Outcome.Refused("token-used", "The token was used already."));
    assertThat(join(other)).isInstanceOf(GatewayEnrolment.Outcome.Joined.class);
  }

  @Test
  void anExpiredTokenIsRefused() {
    assertThat(join(control.issueToken(Instant.now().minusSeconds(1))))
        .isEqualTo(new GatewayEnrolment.Outcome.Refused("token-expired", "The token has expired."));
    assertThat(control.enrolled).hasValue(0);
  }

  @Test
  void helloAndWelcomeArriveWhole() throws Exception {
    connect(good());

    GatewayHello hello = control.nextConnection().hello();
    assertThat(hello.name()).isEqualTo("edge");
    assertThat(hello.tunnelPort()).isEqualTo(8421);
    PublicSealingKey key = hello.sealingKey();
    assertThat(gateway.sealingKey.open(key.seal(new byte[] {42}, "lse_1"), "lse_1"))
        .containsExactly(42);
    Welcome welcome = gateway.welcomes.poll(10, TimeUnit.SECONDS);
    assertThat(welcome)
        .isEqualTo(
            new Welcome(
                List.of(new LeaseKey("k1", new byte[] {1, 2, 3})),
                control.authority.certificate(),
                Instant.parse("2026-11-23T08:00:00Z")));
  }

  @Test
  void aLeaseIsPushedAndAnsweredEitherWay() throws Exception {
    gateway.installer =
        lease ->
            lease.leaseId().equals("lse_bad")
                ? new LeaseOutcome.Rejected("lse_bad", "target-unreachable", "It is down.")
                : new LeaseOutcome.Installed(lease.leaseId());
    connect(good());
    GatewayConnection connection = control.nextConnection();

    CompletableFuture<LeaseOutcome> good = connection.push(lease("lse_good"));
    CompletableFuture<LeaseOutcome> bad = connection.push(lease("lse_bad"));

    assertThat(good.get(10, TimeUnit.SECONDS)).isEqualTo(new LeaseOutcome.Installed("lse_good"));
    assertThat(bad.get(10, TimeUnit.SECONDS))
        .isEqualTo(new LeaseOutcome.Rejected("lse_bad", "target-unreachable", "It is down."));
  }

  @Test
  void aGatewayThatFailsOrHangsStillGivesAnAnswer() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    gateway.installer =
        lease -> {
          if (lease.leaseId().equals("lse_fault")) {
            throw new IllegalStateException("bug");
          }
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return new LeaseOutcome.Installed(lease.leaseId());
        };
    server.close();
    server = serveWith(options.withPushTimeout(Duration.ofMillis(200)));
    connect(good());
    GatewayConnection connection = control.nextConnection();

    assertThat(connection.push(lease("lse_fault")).get(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            LeaseOutcome.Rejected.class, no -> assertThat(no.code()).isEqualTo("gateway-fault"));
    assertThat(connection.push(lease("lse_slow")).get(10, TimeUnit.SECONDS))
        .isInstanceOf(LeaseOutcome.Unanswered.class);
    never.countDown();
  }

  @Test
  void anInstallationKnowsWhetherItIsStillAwaited() throws Exception {
    connect(good());
    control.nextConnection().push(lease("lse_1"));
    assertThat(told()).isEqualTo("desired []");
    assertThat(told()).isEqualTo("install lse_1");
    assertThat(gateway.lastAwaited.getAsBoolean()).isTrue();

    server.close();

    assertThat(gateway.losses.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(gateway.lastAwaited.getAsBoolean()).isFalse();
  }

  abstract LinkServer serveWith(LinkOptions with) throws IOException;

  @Test
  void aPushToAGatewayThatLeftIsAnsweredAtOnce() throws Exception {
    LinkClient client = connect(good());
    GatewayConnection connection = control.nextConnection();
    client.close();
    assertThat(control.disconnections.poll(10, TimeUnit.SECONDS)).isNotNull();

    assertThat(connection.push(lease("lse_1")).get(1, TimeUnit.SECONDS))
        .isInstanceOf(LeaseOutcome.Unanswered.class);
  }

  @Test
  void whatIsPushedWhileTheListIsMadeComesAfterTheList() throws Exception {
    control.desired.add(lease("lse_1"));
    control.whileListing =
        () -> {
          GatewayConnection connection = control.connections.peek();
          connection.push(lease("lse_2"));
          connection.revoke(new Revocation("lse_1", "revoked", "No longer needed."));
        };

    connect(good());

    assertThat(told()).isEqualTo("desired [lse_1]");
    // Installations run side by side with what follows.
    assertThat(List.of(told(), told()))
        .containsExactlyInAnyOrder("install lse_2", "revoke lse_1 revoked");
  }

  @Test
  void afterARestartTheGatewayComesBackAndHearsWhatShouldBe() throws Exception {
    control.desired.add(lease("lse_1"));
    LinkClient client = connect(good());
    assertThat(told()).isEqualTo("desired [lse_1]");

    server.close();
    assertThat(gateway.losses.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(client.connected()).isFalse();
    control.desired.clear();
    control.desired.add(lease("lse_2"));
    server = serve(control, control.credentials);

    assertThat(told()).isEqualTo("desired [lse_2]");
    assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void aLongListArrivesWhole() throws Exception {
    byte[] payload = new byte[8 << 10];
    IntStream.range(0, 1500)
        .forEach(
            n -> control.desired.add(new SignedLease("lse_" + n, payload, new byte[64], "k1")));

    connect(good());

    List<SignedLease> desired = gateway.desired.poll(10, TimeUnit.SECONDS);
    assertThat(desired).isEqualTo(List.copyOf(control.desired));
  }

  @Test
  void eventsArriveInOrderAndAreAcknowledged() throws Exception {
    LinkClient client = connect(good());
    IntStream.rangeClosed(1, 3000).forEach(n -> client.report(refused(n)));

    List<SessionEvent> received = new ArrayList<>();
    long next = 1;
    while (received.size() < 3000) {
      EventBatch batch = control.nextBatch();
      assertThat(batch.firstSequence()).isEqualTo(next);
      next = batch.lastSequence() + 1;
      received.addAll(batch.events());
    }

    assertThat(received)
        .isEqualTo(IntStream.rangeClosed(1, 3000).mapToObj(LinkContract::refused).toList());
    awaitNoneUnacknowledged(client);
  }

  @Test
  void everyKindOfEventSurvivesTheWire() throws Exception {
    Instant at = Instant.parse("2026-11-23T08:00:00.123456789Z");
    List<SessionEvent> all =
        List.of(
            new SessionEvent.Started(at, "s", "l", "127.0.0.1:5"),
            new SessionEvent.ConnectionOpened(at, "s", "c", "a", "mongosh", "nodejs 6", "linux"),
            new SessionEvent.Refused(at, "s", "c", "drop", "shop.orders", "r", "no"),
            new SessionEvent.Counters(at, "s", 1, 2, 3, 4, 5),
            new SessionEvent.ConnectionClosed(at, "s", "c", "client-closed", 1, 2, 3),
            new SessionEvent.Ended(at, "s", "l", "expired", "Time is up.", 1, 2, 3, 4, -1));
    LinkClient client = connect(good());
    all.forEach(client::report);

    List<SessionEvent> received = new ArrayList<>();
    while (received.size() < all.size()) {
      received.addAll(control.nextBatch().events());
    }
    assertThat(received).isEqualTo(all);
  }

  @Test
  void eventsThatWereNotStoredComeAgain() throws Exception {
    control.eventFailures.set(1);
    LinkClient client = connect(good());
    assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();

    client.report(refused(1));

    EventBatch first = control.nextBatch();
    EventBatch again = control.nextBatch();
    assertThat(again).isEqualTo(first);
    assertThat(again.after(0)).hasSize(1);
    assertThat(again.after(1)).isEmpty();
    awaitNoneUnacknowledged(client);
  }

  @Test
  void eventsOfTheTimeAwayAreToldAfter() throws Exception {
    LinkClient client = connect(good());
    assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();
    server.close();
    assertThat(gateway.losses.poll(10, TimeUnit.SECONDS)).isNotNull();

    client.report(refused(1));
    server = serve(control, control.credentials);

    assertThat(control.nextBatch().events()).containsExactly(refused(1));
  }

  @Test
  void healthArrives() throws Exception {
    LinkClient client = connect(good());
    assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();

    client.report(
        new GatewayHealth(
            Instant.EPOCH,
            1,
            2,
            -1,
            new byte[0],
            List.of(new GatewayHealth.TargetHealth("res_1", false, "refused"))));

    GatewayHealth health = control.healths.poll(10, TimeUnit.SECONDS);
    assertThat(health.ledgerIndex()).isEqualTo(-1);
    assertThat(health.targets())
        .containsExactly(new GatewayHealth.TargetHealth("res_1", false, "refused"));
  }

  @Test
  void aRecordingIsReadToItsEndWithoutRunningAhead() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    gateway.recording =
        (query, sink) -> {
          for (int n = 0; n < 200; n++) {
            if (!sink.send(List.of(entry(n)))) {
              return;
            }
            sent.incrementAndGet();
          }
        };
    connect(good());
    try (RecordingReader reader =
        control.nextConnection().read(RecordingQuery.page("ses_1", -1, 0))) {
      RecordingReader.Part first = reader.next(Duration.ofSeconds(10));
      assertThat(first).isEqualTo(new RecordingReader.Part.Entries(List.of(entry(0))));
      // One taken, so at most one more than the credit can have been sent.
      Thread.sleep(100);
      assertThat(sent.get()).isLessThanOrEqualTo(RecordingRead.CREDIT + 1);

      for (int n = 1; n < 200; n++) {
        assertThat(reader.next(Duration.ofSeconds(10)))
            .isEqualTo(new RecordingReader.Part.Entries(List.of(entry(n))));
      }
      assertThat(reader.next(Duration.ofSeconds(10))).isEqualTo(new RecordingReader.Part.Done());
    }
  }

  @Test
  void aReaderThatLeavesStopsTheGateway() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    gateway.recording =
        (query, sink) -> {
          while (sink.pause(Duration.ofMillis(5))) {
            if (!sink.send(List.of(entry(1)))) {
              break;
            }
          }
          stopped.countDown();
        };
    connect(good());
    RecordingReader reader = control.nextConnection().read(RecordingQuery.tail("ses_1", -1));
    assertThat(reader.next(Duration.ofSeconds(10)))
        .isInstanceOf(RecordingReader.Part.Entries.class);
    assertThat(stopped.getCount()).isEqualTo(1);

    reader.close();

    assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aRecordingThatIsNotThereSaysSo() throws Exception {
    connect(good());
    try (RecordingReader reader =
        control.nextConnection().read(RecordingQuery.page("ses_none", -1, 10))) {
      assertThat(reader.next(Duration.ofSeconds(10)))
          .isEqualTo(new RecordingReader.Part.Failed("There is no recording of this session."));
    }
  }

  @Test
  void aRetiredGatewayIsNotLetIn() throws Exception {
    control.retired = true;
    LinkClient client = connect(good());

    assertThat(gateway.losses.poll(10, TimeUnit.SECONDS)).contains("retired");
    assertThat(client.connected()).isFalse();
    assertThat(control.connections).isEmpty();
  }

  @Test
  void aDismissedGatewayIsToldOnceAndStaysAway() throws Exception {
    LinkClient client = connect(good());
    control.nextConnection().dismiss("gateway-retired", "This gateway was retired.");

    assertThat(gateway.dismissals.poll(10, TimeUnit.SECONDS))
        .isEqualTo("gateway-retired: This gateway was retired.");
    assertThat(gateway.losses.poll(10, TimeUnit.SECONDS)).contains("retired");
    // Nobody refuses it any more, and still it does not come.
    assertThat(control.connections.poll(300, TimeUnit.MILLISECONDS)).isNull();
    assertThat(client.connected()).isFalse();
  }

  @Test
  void aGatewayThatWasCutComesBack() throws Exception {
    connect(good());
    control.nextConnection().close("the control plane moves house");

    assertThat(control.nextConnection().gatewayId()).isEqualTo("gtw_A");
    assertThat(gateway.dismissals).isEmpty();
  }

  @Test
  void aNextCertificateThatCannotBeKeptIsNotShown() throws Exception {
    control.certificateLife = Duration.ofDays(30);
    gateway.keeping =
        _ -> {
          throw new IllegalStateException("the disk is full");
        };
    GatewayCredentials due =
        credentials(
            "gtw_A",
            control.authority,
            new Validity(
                Instant.now().minus(Duration.ofHours(2)),
                Instant.now().plus(Duration.ofMinutes(30))));
    LinkClient client = connect(due);

    assertThat(control.nextConnection().certificate()).isEqualTo(due.certificate());
    assertThat(client.credentials()).isEqualTo(due);
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
    CertificateAuthority foreign = FakeControl.newAuthority();
    GatewayCredentials forged =
        credentials("gtw_A", foreign, Validity.lasting(Instant.now(), Duration.ofHours(1)));
    // It trusts the right authority; only what it shows is foreign.
    LinkClient client =
        connect(
            new GatewayCredentials(
                forged.privateKey(), forged.certificate(), control.authority.certificate()));

    assertThat(gateway.losses.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(client.connected()).isFalse();
    assertThat(control.connections).isEmpty();
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    Instant now = Instant.now();
    // A clock that stands before the end: the gateway itself sees nothing wrong.
    LinkOptions slowClock = LinkOptions.defaults(() -> now.minusSeconds(7000), new Random(7));
    LinkClient client =
        connect(
            credentials(
                "gtw_A",
                control.authority,
                new Validity(now.minusSeconds(7200), now.minusSeconds(60))),
            slowClock.withPause(_ -> Thread.sleep(5)));

    assertThat(gateway.losses.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(client.connected()).isFalse();
    assertThat(control.connections).isEmpty();
  }

  @Test
  void theCertificateIsRenewedWhenTwoThirdsAreOver() throws Exception {
    Instant now = Instant.now();
    GatewayCredentials old =
        credentials(
            "gtw_A", control.authority, new Validity(now.minusSeconds(3000), now.plusSeconds(600)));

    LinkClient client = connect(old);

    GatewayCredentials next = gateway.renewals.poll(10, TimeUnit.SECONDS);
    assertThat(next.gatewayId()).isEqualTo("gtw_A");
    assertThat(next.privateKey()).isNotEqualTo(old.privateKey());
    assertThat(next.renewAt()).isAfter(now);
    assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();
    assertThat(client.credentials()).isEqualTo(next);
  }

  @Test
  void aFreshCertificateIsNotRenewed() throws Exception {
    LinkClient client = connect(good(), options.withRenewalCheck(Duration.ofMillis(10)));
    assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();
    Thread.sleep(100);
    assertThat(gateway.renewals).isEmpty();
    assertThat(client.connected()).isTrue();
  }

  static RecordedEntry entry(int n) {
    return new RecordedEntry(n, Instant.EPOCH.plusSeconds(n), new byte[] {(byte) n});
  }

  private static void awaitNoneUnacknowledged(LinkClient client) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (client.unacknowledged() > 0 && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    assertThat(client.unacknowledged()).isZero();
  }
}
