package io.tidegate.gateway.link;

import io.tidegate.access.LeaseVerifier;
import io.tidegate.gateway.session.Ending;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.link.GatewayEndpoint;
import io.tidegate.link.GatewayHello;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.RecordingQuery;
import io.tidegate.link.RecordingSink;
import io.tidegate.link.RecordingUnavailableException;
import io.tidegate.link.Revocation;
import io.tidegate.link.SignedLease;
import io.tidegate.link.Welcome;
import io.tidegate.link.trust.GatewayCredentials;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the control plane says, done. */
final class ControlLink implements GatewayEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(ControlLink.class);
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(2);

  private final Supplier<GatewayHello> hello;
  private final Sessions sessions;
  private final Recordings recordings;
  private final Membership membership;
  private @Nullable LeaseInstaller installer;
  private volatile @Nullable LeaseVerifier verifier;
  private volatile boolean dismissed;

  ControlLink(
      Supplier<GatewayHello> hello,
      Sessions sessions,
      Recordings recordings,
      Membership membership) {
    this.hello = hello;
    this.sessions = sessions;
    this.recordings = recordings;
    this.membership = membership;
  }

  void use(LeaseInstaller newInstaller) {
    installer = newInstaller;
  }

  @Nullable LeaseVerifier verifier() {
    return verifier;
  }

  @Override
  public GatewayHello hello() {
    return hello.get();
  }

  @Override
  public void welcomed(Welcome welcome) {
    List<PublicKey> keys = new ArrayList<>();
    for (LeaseKey key : welcome.leaseKeys()) {
      try {
        keys.add(
            KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(key.publicKey())));
      } catch (GeneralSecurityException e) {
        LOG.atError().addKeyValue("keyId", key.keyId()).log("a lease key cannot be read");
      }
    }
    verifier = new LeaseVerifier(keys);
    Duration skew = Duration.between(welcome.serverTime(), sessions.clock().instant()).abs();
    if (skew.compareTo(CLOCK_SKEW) > 0) {
      LOG.atWarn()
          .addKeyValue("skew", skew)
          .log("this gateway's clock and the control plane's differ; leases end by this one");
    }
    LOG.info("the control plane is there");
  }

  @Override
  public void desired(List<SignedLease> leases) {
    Set<String> wanted = new HashSet<>();
    for (SignedLease lease : leases) {
      wanted.add(lease.leaseId());
    }
    BooleanSupplier newest = installed().newList(wanted);
    for (Session session : sessions.live()) {
      if (!wanted.contains(session.lease().leaseId())) {
        sessions.end(session, Ending.REVOKED, "your access was ended while the gateway was away");
      }
    }
    for (SignedLease lease : leases) {
      // Side by side: one target that is slow must not hold up the others.
      Thread.ofVirtual().start(() -> restore(lease, newest));
    }
  }

  private void restore(SignedLease lease, BooleanSupplier newest) {
    try {
      LeaseOutcome outcome = unlessDismissed(installed().install(lease, false, newest));
      if (outcome instanceof LeaseOutcome.Rejected rejected) {
        LOG.atWarn()
            .addKeyValue("lease", lease.leaseId())
            .addKeyValue("code", rejected.code())
            .log("a lease that the control plane wants cannot be held");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public LeaseOutcome install(SignedLease lease, BooleanSupplier awaited)
      throws InterruptedException {
    return unlessDismissed(installed().install(lease, true, awaited));
  }

  /** One that was under way when the gateway was dismissed must not outlive that. */
  private LeaseOutcome unlessDismissed(LeaseOutcome outcome) {
    Session session = sessions.byLease(outcome.leaseId());
    if (dismissed && session != null) {
      endDismissed(session);
    }
    return outcome;
  }

  private LeaseInstaller installed() {
    LeaseInstaller present = installer;
    if (present == null) {
      throw new IllegalStateException("the link is opened after the installer is set");
    }
    return present;
  }

  @Override
  public void revoke(Revocation revocation) {
    installed().forbid(revocation.leaseId());
    Session session = sessions.byLease(revocation.leaseId());
    if (session != null) {
      sessions.end(session, revocation.code(), revocation.reason());
    }
  }

  @Override
  public void read(RecordingQuery query, RecordingSink sink)
      throws InterruptedException, RecordingUnavailableException {
    recordings.read(query, sink);
  }

  @Override
  public void renewed(GatewayCredentials credentials) {
    membership.renewed(credentials);
  }

  @Override
  public void dismissed(String code, String sentence) {
    dismissed = true;
    for (Session session : sessions.live()) {
      endDismissed(session);
    }
    membership.dismissed(sentence);
  }

  private void endDismissed(Session session) {
    sessions.end(session, Ending.REVOKED, "this gateway was taken out of service");
  }

  @Override
  public void disconnected(String why) {
    // The link says so in the log. Leases go on, and end, by this gateway's own clock.
  }
}
