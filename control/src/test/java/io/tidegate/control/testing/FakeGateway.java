package io.tidegate.control.testing;

import io.tidegate.access.Lease;
import io.tidegate.access.LeaseException;
import io.tidegate.access.LeaseVerifier;
import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.gateways.Link;
import io.tidegate.link.GatewayEndpoint;
import io.tidegate.link.GatewayEnrolment;
import io.tidegate.link.GatewayHello;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.LinkClient;
import io.tidegate.link.LinkOptions;
import io.tidegate.link.LinkTransport;
import io.tidegate.link.RecordedEntry;
import io.tidegate.link.RecordingQuery;
import io.tidegate.link.RecordingSink;
import io.tidegate.link.Revocation;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.SignedLease;
import io.tidegate.link.Welcome;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.SealedSecret;
import io.tidegate.link.trust.SealingKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A gateway that verifies and keeps leases and lets nobody through. It does on the link what the
 * real one does, and what a test tells it.
 */
public final class FakeGateway implements GatewayEndpoint, AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private final Plane plane;
  private final String name;
  private final GatewayCredentials credentials;
  private final SealingKey sealingKey = SealingKey.generate();
  private final Map<String, Lease> leases = new ConcurrentHashMap<>();
  private final Map<String, List<RecordedEntry>> recordings = new ConcurrentHashMap<>();
  private final List<Revocation> revocations = new CopyOnWriteArrayList<>();
  private final List<String> dismissals = new CopyOnWriteArrayList<>();
  private volatile LeaseVerifier verifier;
  private volatile Function<Lease, LeaseOutcome> answer =
      lease -> new LeaseOutcome.Installed(lease.leaseId());
  private volatile boolean reportsEnds = true;
  private LinkClient client;

  private FakeGateway(Plane plane, String name, GatewayCredentials credentials) {
    this.plane = plane;
    this.name = name;
    this.credentials = credentials;
  }

  /** Joins with a fresh token and connects. */
  public static FakeGateway join(Plane plane, String name) {
    GatewayEnrolment.Outcome outcome =
        join(
            plane,
            name,
            plane.bean(Gateways.class).createJoinToken(plane.system(), name).token().reveal());
    if (outcome instanceof GatewayEnrolment.Outcome.Joined joined) {
      FakeGateway gateway = new FakeGateway(plane, name, joined.credentials());
      gateway.connect();
      return gateway;
    }
    throw new AssertionError("not joined: " + outcome);
  }

  public static GatewayEnrolment.Outcome join(Plane plane, String name, String token) {
    try {
      return GatewayEnrolment.join(
          new LinkTransport.InProcess(plane.bean(Link.class).inProcessName()),
          JoinToken.parse(token),
          name,
          "test",
          List.of("127.0.0.1"),
          RANDOM,
          options());
    } catch (InvalidTrustMaterialException e) {
      throw new AssertionError(e);
    }
  }

  private static LinkOptions options() {
    return LinkOptions.defaults(InstantSource.system(), RANDOM);
  }

  /** One that is not connected, with credentials that may be another's. */
  public static FakeGateway with(Plane plane, String name, GatewayCredentials credentials) {
    return new FakeGateway(plane, name, credentials);
  }

  public GatewayCredentials credentials() {
    return credentials;
  }

  /** The codes that it was dismissed with. */
  public List<String> dismissals() {
    return dismissals;
  }

  /** Asks for the next certificate. */
  public GatewayEnrolment.Outcome renew() {
    return GatewayEnrolment.renew(
        new LinkTransport.InProcess(plane.bean(Link.class).inProcessName()),
        credentials,
        List.of("127.0.0.1"),
        RANDOM,
        options());
  }

  /** Starts to connect. */
  public void dial() {
    client =
        LinkClient.start(
            this,
            new LinkTransport.InProcess(plane.bean(Link.class).inProcessName()),
            credentials,
            RANDOM,
            options());
  }

  public boolean connected() {
    return client.connected();
  }

  public void connect() {
    dial();
    try {
      if (!client.awaitConnected(Duration.ofSeconds(10))) {
        throw new AssertionError("the gateway did not connect");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public String id() {
    return credentials.gatewayId();
  }

  /** What it holds, by session. */
  public Map<String, Lease> leases() {
    return leases;
  }

  public List<Revocation> revocations() {
    return revocations;
  }

  public void answers(Function<Lease, LeaseOutcome> how) {
    this.answer = how;
  }

  public void answersYes() {
    this.answer = lease -> new LeaseOutcome.Installed(lease.leaseId());
  }

  /** Whether it says that a session is over when it is revoked, as the real one does. */
  public void reportsEnds(boolean does) {
    this.reportsEnds = does;
  }

  public void report(SessionEvent event) {
    client.report(event);
  }

  public int unacknowledged() {
    return client.unacknowledged();
  }

  public void record(String sessionId, RecordedEntry entry) {
    recordings.computeIfAbsent(sessionId, _ -> new CopyOnWriteArrayList<>()).add(entry);
  }

  /** The password inside a lease, as the gateway would use it. */
  public String open(Lease lease) {
    try {
      return new String(
          sealingKey.open(new SealedSecret(lease.account().sealedCredential()), lease.leaseId()),
          StandardCharsets.UTF_8);
    } catch (InvalidTrustMaterialException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public GatewayHello hello() {
    return new GatewayHello(name, "test", "127.0.0.1", 8421, sealingKey.publicKey());
  }

  @Override
  public void welcomed(Welcome welcome) {
    try {
      List<PublicKey> keys = new ArrayList<>();
      for (io.tidegate.link.LeaseKey key : welcome.leaseKeys()) {
        keys.add(
            KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(key.publicKey())));
      }
      verifier = new LeaseVerifier(keys);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void desired(List<SignedLease> desired) {
    Map<String, Lease> wanted = new ConcurrentHashMap<>();
    for (SignedLease lease : desired) {
      Lease verified = verify(lease);
      wanted.put(verified.sessionId(), verified);
    }
    leases.keySet().retainAll(wanted.keySet());
    leases.putAll(wanted);
  }

  private Lease verify(SignedLease lease) {
    try {
      return verifier.verify(
          new io.tidegate.access.SignedLease(lease.payload(), lease.signature(), lease.keyId()));
    } catch (LeaseException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public LeaseOutcome install(SignedLease signed, BooleanSupplier awaited) {
    Lease lease = verify(signed);
    LeaseOutcome outcome = answer.apply(lease);
    if (outcome instanceof LeaseOutcome.Installed) {
      leases.put(lease.sessionId(), lease);
    }
    return outcome;
  }

  @Override
  public void revoke(Revocation revocation) {
    revocations.add(revocation);
    leases.values().stream()
        .filter(lease -> lease.leaseId().equals(revocation.leaseId()))
        .findFirst()
        .ifPresent(lease -> {
          leases.remove(lease.sessionId());
          if (reportsEnds) {
            report(
                new SessionEvent.Ended(
                    plane.clock.instant(),
                    lease.sessionId(),
                    lease.leaseId(),
                    revocation.code(),
                    revocation.reason(),
                    3,
                    1,
                    100,
                    200,
                    -1));
          }
        });
  }

  @Override
  public void read(RecordingQuery query, RecordingSink sink) throws InterruptedException {
    List<RecordedEntry> entries = recordings.getOrDefault(query.sessionId(), List.of());
    long sent = query.afterIndex();
    int count = 0;
    while (sink.open()) {
      for (RecordedEntry entry : entries) {
        if (entry.index() > sent && (query.limit() == 0 || count < query.limit())) {
          if (!sink.send(List.of(entry))) {
            return;
          }
          sent = entry.index();
          count++;
        }
      }
      if (!query.follow() || !leases.containsKey(query.sessionId())) {
        return;
      }
      sink.pause(Duration.ofMillis(20));
      entries = recordings.getOrDefault(query.sessionId(), List.of());
    }
  }

  @Override
  public void renewed(GatewayCredentials renewed) {}

  @Override
  public void dismissed(String code, String sentence) {
    dismissals.add(code);
    leases.clear();
  }

  @Override
  public void disconnected(String why) {}

  @Override
  public void close() {
    client.close();
  }
}
