package io.tidegate.gateway.support;

import io.tidegate.access.Binding;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Disclosure;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.access.Privilege;
import io.tidegate.wire.sasl.ScramVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Leases of which only what a test is about matters. */
public final class Leases {
  public static final Instant START = Instant.parse("2026-11-23T08:00:00Z");

  private Leases() {}

  /** An hour from {@link #START}, to read {@code shop}. */
  public static Lease reading(String id) {
    return of(id, BuiltInRoles.of("read", "shop"), null, Lease.Limits.DEFAULT);
  }

  public static Lease of(
      String id,
      List<Privilege> privileges,
      @Nullable ScramVerifier localAuth,
      Lease.Limits limits) {
    return new Lease(
        "lse_" + id,
        "ses_" + id,
        "grt_" + id,
        new Lease.Grantee("usr_1", "engineer"),
        "acme",
        "shop",
        new Lease.Target(
            "res_1",
            "orders-db",
            "mongodb://127.0.0.1:1",
            "admin",
            new Lease.Tls(false, true, null)),
        new Lease.LeaseAccount("acc_1", "readonly", "svc", new byte[] {1}),
        privileges,
        false,
        Disclosure.EVERYTHING,
        limits,
        new Binding.Tunnel(new byte[32], localAuth),
        Network.ANYWHERE,
        "127.0.0.1:50001",
        "http://127.0.0.1:8420/requests/new",
        START,
        START.plus(Duration.ofHours(1)),
        1);
  }

  /** The same lease to another target, where its account has another password. */
  public static Lease leadingTo(Lease lease, String connectionString, byte[] sealedCredential) {
    return new Lease(
        lease.leaseId(),
        lease.sessionId(),
        lease.grantId(),
        lease.grantee(),
        lease.organization(),
        lease.project(),
        new Lease.Target(
            "res_scripted", "scripted", connectionString, "admin", lease.target().tls()),
        new Lease.LeaseAccount("acc_1", "readonly", "svc", sealedCredential),
        lease.privileges(),
        lease.allowJavaScript(),
        lease.disclosure(),
        lease.limits(),
        lease.binding(),
        lease.network(),
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }

  /** The same lease for somebody who comes otherwise. */
  public static Lease of(
      Lease lease, Binding binding, Network network, String advertised, long revision) {
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
        Lease.Limits.APPLICATION,
        binding,
        network,
        advertised,
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        revision);
  }

  /** The next revision of a direct client's lease. */
  public static Lease next(Lease lease, Binding binding, Network network) {
    return of(lease, binding, network, lease.advertisedAddress(), lease.revision() + 1);
  }
}
