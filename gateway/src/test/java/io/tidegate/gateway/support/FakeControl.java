package io.tidegate.gateway.support;

import io.tidegate.access.Lease;
import io.tidegate.access.LeaseSigner;
import io.tidegate.link.ControlEndpoint;
import io.tidegate.link.EnrolmentOutcome;
import io.tidegate.link.EnrolmentRequest;
import io.tidegate.link.EventBatch;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.GatewayHealth;
import io.tidegate.link.GatewaySession;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.Revocation;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.SignedLease;
import io.tidegate.link.Welcome;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.CertificateRequest;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.Validity;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A control plane that does what a test tells it, and remembers what gateways say. */
public final class FakeControl implements ControlEndpoint {
  public final CertificateAuthority authority;
  public final KeyPair signingKeys;
  public final LeaseSigner signer;
  public final List<SessionEvent> events = new CopyOnWriteArrayList<>();
  public final List<GatewayHealth> healths = new CopyOnWriteArrayList<>();
  private final Map<String, SignedLease> desired = new ConcurrentHashMap<>();
  private volatile JoinToken invitation;
  private volatile GatewayConnection last;
  private volatile CompletableFuture<GatewayConnection> connection = new CompletableFuture<>();

  public FakeControl() throws Exception {
    authority =
        CertificateAuthority.create(
            "Tidegate test",
            new Validity(
                Instant.now().minus(Duration.ofHours(1)), Instant.now().plus(Duration.ofDays(9))),
            new SecureRandom());
    signingKeys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    signer = new LeaseSigner(signingKeys);
  }

  /** A token that lets one gateway in. */
  public JoinToken invite() {
    JoinToken token = JoinToken.issue(new SecureRandom(), authority);
    invitation = token;
    return token;
  }

  /** The next {@link #gateway()} waits for a new connection. */
  public void forgetGateway() {
    connection = new CompletableFuture<>();
  }

  public static Validity validity() {
    return new Validity(
        Instant.now().minus(Duration.ofMinutes(5)), Instant.now().plus(Duration.ofDays(2)));
  }

  /** The connected gateway; waits for it. */
  public GatewayConnection gateway() throws Exception {
    return connection.get(10, TimeUnit.SECONDS);
  }

  public SignedLease sign(Lease lease) {
    io.tidegate.access.SignedLease signed = signer.sign(lease);
    return new SignedLease(lease.leaseId(), signed.payload(), signed.signature(), signed.keyId());
  }

  /** Puts a lease on the list that a gateway gets when it connects. */
  public void desire(Lease lease) {
    desired.put(lease.leaseId(), sign(lease));
  }

  /** Cuts the link; the gateway comes back by itself. */
  public void reconnect() throws Exception {
    GatewayConnection before = last;
    if (before == null) {
      throw new AssertionError("no gateway was ever connected");
    }
    before.close("a test asks for it");
    gateway();
  }

  /** Waits until the gateway says that it holds so many leases. */
  public void awaitLeases(int count) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(15).toNanos();
    while (healths.isEmpty() || healths.getLast().leases() != count) {
      if (System.nanoTime() > until) {
        throw new AssertionError("the gateway holds another number of leases: " + healths);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  public LeaseOutcome push(Lease lease) throws Exception {
    SignedLease signed = sign(lease);
    desired.put(lease.leaseId(), signed);
    return gateway().push(signed).get(30, TimeUnit.SECONDS);
  }

  public void revoke(String leaseId, String reason) throws Exception {
    desired.remove(leaseId);
    gateway().revoke(new Revocation(leaseId, "revoked", reason));
  }

  /** The first event that is so, waited for. */
  public <T extends SessionEvent> T await(Class<T> type, Predicate<T> which) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < until) {
      for (SessionEvent event : events) {
        if (type.isInstance(event) && which.test(type.cast(event))) {
          return type.cast(event);
        }
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new AssertionError("no such event among " + events);
  }

  public <T extends SessionEvent> List<T> all(Class<T> type) {
    List<T> found = new ArrayList<>();
    for (SessionEvent event : events) {
      if (type.isInstance(event)) {
        found.add(type.cast(event));
      }
    }
    return found;
  }

  @Override
  public EnrolmentOutcome enrol(EnrolmentRequest request) {
    JoinToken expected = invitation;
    if (expected == null
        || !expected.id().equals(request.tokenId())
        || !JoinToken.secretMatches(request.tokenSecret(), expected.secretSha256())) {
      return new EnrolmentOutcome.Refused("token-unknown", "Nobody knows this token.");
    }
    invitation = null;
    return new EnrolmentOutcome.Enrolled(
        authority.issueGateway(
            request.certificateRequest().publicKey(),
            "gtw_joined",
            request.tunnelNames(),
            validity()),
        authority.certificate());
  }

  @Override
  public EnrolmentOutcome renew(
      X509Certificate present, CertificateRequest certificateRequest, List<String> tunnelNames) {
    return new EnrolmentOutcome.Refused("gateway-retired", "This control plane renews nothing.");
  }

  @Override
  public Admission connected(GatewayConnection connected) {
    if (connection.isDone()) {
      connection = new CompletableFuture<>();
    }
    last = connected;
    connection.complete(connected);
    return new Admission.Admitted(
        new Welcome(
            List.of(new LeaseKey(signer.keyId(), signingKeys.getPublic().getEncoded())),
            authority.certificate(),
            Instant.now()),
        new GatewaySession() {
          @Override
          public List<SignedLease> desiredLeases() {
            return List.copyOf(desired.values());
          }

          @Override
          public void events(EventBatch batch) {
            events.addAll(batch.events());
          }

          @Override
          public void health(GatewayHealth health) {
            healths.add(health);
          }

          @Override
          public void disconnected(String why) {}
        });
  }
}
