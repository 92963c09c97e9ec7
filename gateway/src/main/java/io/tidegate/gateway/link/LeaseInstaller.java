package io.tidegate.gateway.link;

import io.tidegate.access.Binding;
import io.tidegate.access.LdapServer;
import io.tidegate.access.Lease;
import io.tidegate.access.LeaseException;
import io.tidegate.access.LeaseVerifier;
import io.tidegate.access.Network;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.session.AccountSecret;
import io.tidegate.gateway.session.Ending;
import io.tidegate.gateway.session.Roster;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.Upstream;
import io.tidegate.gateway.session.Upstreams;
import io.tidegate.gateway.target.TargetView;
import io.tidegate.gateway.target.TargetWatch;
import io.tidegate.gateway.target.Targets;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SignedLease;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.SealedSecret;
import io.tidegate.link.trust.SealingKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Turns a signed lease into a session, or says why not: verifies it, opens its credential, finds
 * its target and signs in once (wire rule C3), so that a wrong password fails before anybody is
 * told an address.
 */
final class LeaseInstaller {
  /** Codes of {@link LeaseOutcome.Rejected}, beside those of {@link Upstream.Failure}. */
  private static final String BAD_LEASE = "lease-invalid";

  private static final String BAD_CREDENTIAL = "credential-unreadable";
  private static final String BAD_TARGET = "target-invalid";
  private static final String NO_PORT = "port-unavailable";
  private static final String OVER = "lease-over";
  private static final String UNSUPPORTED = "lease-unsupported";
  private static final String FULL = "gateway-full";

  private final Supplier<@Nullable LeaseVerifier> verifier;
  private final SealingKey sealingKey;
  private final Sessions sessions;
  private final Targets targets;
  private final Upstreams upstreams;
  private final ClusterPorts ports;
  private final Function<Binding, @Nullable String> bindings;
  private final Timings timings;

  /** Held by whoever puts a session in, and by whoever decides that one may not be put in. */
  private final Object door = new Object();

  /** Counts the lists of leases; changed under the lock. */
  private volatile int list;

  LeaseInstaller(
      Supplier<@Nullable LeaseVerifier> verifier,
      SealingKey sealingKey,
      Sessions sessions,
      Targets targets,
      Upstreams upstreams,
      ClusterPorts ports,
      Function<Binding, @Nullable String> bindings,
      Timings timings) {
    this.verifier = verifier;
    this.sealingKey = sealingKey;
    this.sessions = sessions;
    this.targets = targets;
    this.upstreams = upstreams;
    this.ports = ports;
    this.bindings = bindings;
    this.timings = timings;
  }

  /**
   * Blocks until the lease can be used, or cannot.
   *
   * @param eager whether to sign in once before saying yes; without, a target that is away now does
   *     not end a session that was there before
   * @param wanted whether the control plane still wants it; asked when all else is done
   */
  LeaseOutcome install(SignedLease signed, boolean eager, BooleanSupplier wanted)
      throws InterruptedException {
    String leaseId = signed.leaseId();
    LeaseVerifier trusted = verifier.get();
    if (trusted == null) {
      return rejected(leaseId, BAD_LEASE, "the gateway does not know the signing keys yet");
    }
    Lease lease;
    try {
      lease =
          trusted.verify(
              new io.tidegate.access.SignedLease(
                  signed.payload(), signed.signature(), signed.keyId()));
    } catch (LeaseException e) {
      return rejected(
          leaseId, BAD_LEASE, "the gateway cannot believe the lease: " + e.getMessage());
    }
    if (!lease.leaseId().equals(leaseId)) {
      return rejected(leaseId, BAD_LEASE, "the lease is not the one it is sent as");
    }
    Instant now = sessions.clock().instant();
    if (!now.isBefore(lease.expiresAt())) {
      return rejected(
          leaseId, OVER, "the lease ended at " + lease.expiresAt() + " by the gateway's clock");
    }
    LeaseOutcome.Rejected over = over(lease);
    if (over != null && sessions.byLease(leaseId) == null) {
      return over;
    }
    String unsupported = unsupported(lease);
    if (unsupported != null) {
      return rejected(leaseId, UNSUPPORTED, unsupported);
    }
    String unusable = bindings.apply(lease.binding());
    if (unusable != null) {
      return rejected(leaseId, BAD_LEASE, unusable);
    }
    AccountSecret secret;
    AccountSecret directory;
    try {
      secret = open(lease.account().username(), lease.account().sealedCredential(), leaseId);
      directory =
          switch (lease.binding()) {
            case Binding.LdapUser user -> open(user.server(), leaseId);
            case Binding.LdapGroup group -> open(group.server(), leaseId);
            case Binding.Tunnel _, Binding.ScramUser _, Binding.X509User _ -> null;
          };
    } catch (InvalidTrustMaterialException e) {
      return rejected(leaseId, BAD_CREDENTIAL, String.valueOf(e.getMessage()));
    }
    Session known = sessions.byLease(leaseId);
    if (known != null) {
      return renew(known, lease, secret, directory, eager);
    }
    return begin(lease, secret, directory, eager, wanted);
  }

  private AccountSecret open(LdapServer server, String leaseId)
      throws InvalidTrustMaterialException {
    return open(
        server.bindUsername(), server.sealedBindPassword(), LdapServer.sealContext(leaseId));
  }

  private AccountSecret open(String username, byte[] sealed, String context)
      throws InvalidTrustMaterialException {
    return new AccountSecret(
        username,
        new String(sealingKey.open(new SealedSecret(sealed), context), StandardCharsets.UTF_8));
  }

  /** What the lease asks for that would go unheeded here; null when there is nothing. */
  private static @Nullable String unsupported(Lease lease) {
    return switch (lease.binding()) {
      case Binding.Tunnel _ ->
          lease.network().equals(Network.ANYWHERE)
              ? null
              : "a tunnel's lease is proven by its certificate, and cannot be held to addresses";
      case Binding.ScramUser _, Binding.X509User _, Binding.LdapUser _, Binding.LdapGroup _ -> null;
    };
  }

  /** Opens the port that a direct lease's clients dial; null when it is open or none is needed. */
  private LeaseOutcome.@Nullable Rejected openPort(Lease lease) {
    if (lease.binding() instanceof Binding.Tunnel) {
      return null;
    }
    int port = Roster.portOf(lease);
    String why =
        port == 0
            ? "the lease advertises no address with a port: " + lease.advertisedAddress()
            : ports.open(lease.target().resourceId(), port);
    return why == null ? null : rejected(lease.leaseId(), NO_PORT, why);
  }

  /** Why the lease may not be served whatever it says; null when it may. */
  private LeaseOutcome.@Nullable Rejected over(Lease lease) {
    if (sessions.endedLeases().has(lease.leaseId(), lease.expiresAt())) {
      return rejected(lease.leaseId(), OVER, "the lease was ended at this gateway before");
    }
    if (sessions.endedLeases().full(sessions.clock().instant())) {
      return rejected(
          lease.leaseId(),
          FULL,
          "the gateway remembers as many ended leases as it can, and takes no new one before some"
              + " of them expire; use another gateway");
    }
    return null;
  }

  /** A lease is revoked: no installation of it may succeed any more, nor one under way. */
  void forbid(String leaseId) {
    Session session = sessions.byLease(leaseId);
    synchronized (door) {
      sessions
          .endedLeases()
          .add(
              leaseId,
              session == null ? null : session.lease().expiresAt(),
              sessions.clock().instant());
    }
  }

  /**
   * A new list of all leases has come. Whatever is installed from now on is on it, or was asked for
   * after it; whatever was installed before is among the live sessions.
   *
   * @param leaseIds all that are on it
   * @return whether that list is still the newest
   */
  BooleanSupplier newList(Set<String> leaseIds) {
    synchronized (door) {
      sessions.endedLeases().listed(leaseIds);
      int mine = ++list;
      return () -> list == mine;
    }
  }

  private LeaseOutcome renew(
      Session known,
      Lease lease,
      AccountSecret secret,
      @Nullable AccountSecret directory,
      boolean eager)
      throws InterruptedException {
    Ending ending = known.ending();
    if (ending != null) {
      return rejected(
          lease.leaseId(), OVER, "the session has ended at this gateway: " + ending.reason());
    }
    // First of all: a newer lease may take away what the older one gives.
    sessions.renew(known, lease, secret, directory);
    LeaseOutcome.Rejected closed = openPort(lease);
    if (closed != null) {
      return closed;
    }
    if (eager && !known.proven()) {
      // It came with the list after a reconnection, and nobody has tried its credential yet.
      LeaseOutcome.Rejected rejected = tryOut(known, known.target());
      if (rejected != null) {
        sessions.end(known, rejected.code(), rejected.sentence());
        return rejected;
      }
    }
    return new LeaseOutcome.Installed(lease.leaseId());
  }

  private LeaseOutcome begin(
      Lease lease,
      AccountSecret secret,
      @Nullable AccountSecret directory,
      boolean eager,
      BooleanSupplier wanted)
      throws InterruptedException {
    TargetWatch target;
    try {
      target = targets.watch(lease.target());
    } catch (SSLException | IllegalArgumentException e) {
      return rejected(
          lease.leaseId(), BAD_TARGET, e.getMessage() + "; correct the resource's settings");
    }
    boolean installed = false;
    try {
      Session session =
          new Session(
              lease,
              secret,
              directory,
              target,
              sessions.logicalSessions(lease),
              sessions.clock().instant());
      if (eager) {
        LeaseOutcome.Rejected rejected = tryOut(session, target);
        if (rejected != null) {
          return rejected;
        }
      }
      LeaseOutcome.Rejected closed = openPort(lease);
      if (closed != null && eager) {
        return closed;
      }
      Session known;
      synchronized (door) {
        LeaseOutcome.Rejected over = over(lease);
        if (over != null) {
          return over;
        }
        if (!wanted.getAsBoolean()) {
          return rejected(lease.leaseId(), OVER, "the control plane listed other leases meanwhile");
        }
        known = sessions.install(session);
      }
      if (known != null) {
        // The same lease came on two ways at once; the first one's session stays.
        return renew(known, lease, secret, directory, eager);
      }
      installed = true;
      return new LeaseOutcome.Installed(lease.leaseId());
    } finally {
      if (!installed) {
        target.release();
      }
    }
  }

  /** Signs in once; null when that worked. */
  private LeaseOutcome.@Nullable Rejected tryOut(Session session, TargetWatch target)
      throws InterruptedException {
    String leaseId = session.lease().leaseId();
    TargetView.Trouble trouble = target.await(timings.connect()).trouble();
    if (trouble != null) {
      return rejected(leaseId, trouble.code(), trouble.sentence());
    }
    Upstream.Failure failure = upstreams.signInOnce(session);
    if (failure != null) {
      return rejected(leaseId, failure.code(), failure.sentence());
    }
    session.prove();
    return null;
  }

  private static LeaseOutcome.Rejected rejected(String leaseId, String code, String sentence) {
    return new LeaseOutcome.Rejected(leaseId, code, sentence);
  }
}
