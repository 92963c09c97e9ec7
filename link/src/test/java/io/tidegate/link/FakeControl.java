package io.tidegate.link;

import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.CertificateRequest;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.Validity;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A control plane in memory: tokens are single-use, everything heard is kept. */
final class FakeControl implements ControlEndpoint {
  final SecureRandom random = new SecureRandom();
  final CertificateAuthority authority;
  final ControlCredentials credentials;
  final Map<String, KnownToken> tokens = new ConcurrentHashMap<>();
  final List<SignedLease> desired = new CopyOnWriteArrayList<>();
  final BlockingQueue<GatewayConnection> connections = new LinkedBlockingQueue<>();
  final BlockingQueue<EventBatch> batches = new LinkedBlockingQueue<>();
  final BlockingQueue<GatewayHealth> healths = new LinkedBlockingQueue<>();
  final BlockingQueue<String> disconnections = new LinkedBlockingQueue<>();
  final AtomicInteger enrolled = new AtomicInteger();
  final AtomicInteger eventFailures = new AtomicInteger();
  volatile Duration certificateLife = Duration.ofHours(1);
  volatile boolean retired;
  volatile Runnable whileListing = () -> {};

  FakeControl(CertificateAuthority authority) {
    this.authority = authority;
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    this.credentials =
        new ControlCredentials(
            keys.getPrivate(),
            authority.issueControl(
                keys.getPublic(), List.of(), Validity.lasting(Instant.now(), Duration.ofDays(1))),
            authority.certificate());
  }

  static CertificateAuthority newAuthority() {
    return CertificateAuthority.create(
        "test authority", Validity.lasting(Instant.now(), Duration.ofDays(30)), new SecureRandom());
  }

  JoinToken issueToken(Instant expiresAt) {
    JoinToken token = JoinToken.issue(random, authority);
    tokens.put(token.id(), new KnownToken(token.secretSha256(), expiresAt));
    return token;
  }

  @Override
  public EnrolmentOutcome enrol(EnrolmentRequest request) {
    KnownToken known = tokens.get(request.tokenId());
    if (known == null || !JoinToken.secretMatches(request.tokenSecret(), known.secretSha256)) {
      return new EnrolmentOutcome.Refused("token-unknown", "No such token.");
    }
    if (known.used) {
      return new EnrolmentOutcome.Refused("token-used", "The token was used already.");
    }
    if (!Instant.now().isBefore(known.expiresAt)) {
      return new EnrolmentOutcome.Refused("token-expired", "The token has expired.");
    }
    known.used = true;
    return issue("gtw_" + enrolled.incrementAndGet(), request.certificateRequest());
  }

  @Override
  public EnrolmentOutcome renew(
      X509Certificate present, CertificateRequest certificateRequest, List<String> tunnelNames) {
    return retired
        ? new EnrolmentOutcome.Refused("gateway-retired", "Retired.")
        : issue(String.valueOf(Certificates.gatewayIdOf(present)), certificateRequest);
  }

  private EnrolmentOutcome issue(String gatewayId, CertificateRequest request) {
    return new EnrolmentOutcome.Enrolled(
        authority.issueGateway(
            request.publicKey(),
            gatewayId,
            List.of("127.0.0.1"),
            Validity.lasting(Instant.now(), certificateLife)),
        authority.certificate());
  }

  @Override
  public Admission connected(GatewayConnection connection) {
    if (retired) {
      return new Admission.Refused("gateway-retired", "This gateway was retired.");
    }
    connections.add(connection);
    return new Admission.Admitted(
        new Welcome(
            List.of(new LeaseKey("k1", new byte[] {1, 2, 3})),
            authority.certificate(),
            Instant.parse("2026-11-23T08:00:00Z")),
        new Session());
  }

  GatewayConnection nextConnection() throws InterruptedException {
    GatewayConnection connection = connections.poll(10, TimeUnit.SECONDS);
    if (connection == null) {
      throw new AssertionError("no gateway connected");
    }
    return connection;
  }

  EventBatch nextBatch() throws InterruptedException {
    EventBatch batch = batches.poll(10, TimeUnit.SECONDS);
    if (batch == null) {
      throw new AssertionError("no events came");
    }
    return batch;
  }

  private final class Session implements GatewaySession {
    @Override
    public List<SignedLease> desiredLeases() {
      List<SignedLease> now = List.copyOf(desired);
      whileListing.run();
      return now;
    }

    @Override
    public void events(EventBatch batch) {
      batches.add(batch);
      if (eventFailures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("the store is full");
      }
    }

    @Override
    public void health(GatewayHealth health) {
      healths.add(health);
    }

    @Override
    public void disconnected(String why) {
      disconnections.add(why);
    }
  }

  static final class KnownToken {
    final byte[] secretSha256;
    final Instant expiresAt;
    volatile boolean used;

    KnownToken(byte[] secretSha256, Instant expiresAt) {
      this.secretSha256 = secretSha256;
      this.expiresAt = expiresAt;
    }
  }
}
