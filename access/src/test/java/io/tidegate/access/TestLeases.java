package io.tidegate.access;

import io.tidegate.access.Lease.Grantee;
import io.tidegate.access.Lease.LeaseAccount;
import io.tidegate.access.Lease.Limits;
import io.tidegate.access.Lease.Target;
import io.tidegate.access.Lease.Tls;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Leases by the names that the corpus knows them under. */
final class TestLeases {
  static final Instant NOT_BEFORE = Instant.parse("2026-11-23T09:00:00Z");
  static final Instant EXPIRES_AT = NOT_BEFORE.plus(Duration.ofHours(1));
  static final Instant DURING = NOT_BEFORE.plus(Duration.ofMinutes(30));
  static final String REQUEST_URL = "https://tidegate.example/request";
  static final String PLANTED = "planted-secret";

  private TestLeases() {}

  static Lease named(String name) {
    return switch (name) {
      case "readonly" -> of(BuiltInRoles.of("read", "shop"));
      case "readwrite" -> of(BuiltInRoles.of("readWrite", "shop"));
      case "scripting" -> scripting(of(BuiltInRoles.of("readWrite", "shop")));
      case "owner" -> of(BuiltInRoles.of("dbOwner", "shop"));
      case "anyread" -> of(BuiltInRoles.of("readAnyDatabase", "admin"));
      case "root" -> of(BuiltInRoles.of("root", "admin"));
      case "monitor" ->
          of(BuiltInRoles.of("clusterMonitor", "admin"), BuiltInRoles.of("read", "shop"));
      case "collection" ->
          of(List.of(on("orders", Action.FIND)), BuiltInRoles.of("readWrite", "shop", "scratch"));
      case "streams" -> of(List.of(on("orders", Action.FIND, Action.CHANGE_STREAM)));
      case "updater" -> of(List.of(on("orders", Action.FIND, Action.UPDATE)));
      case "creator" ->
          of(List.of(on("orders", Action.FIND), on("v", Action.FIND, Action.CREATE_COLLECTION)));
      case "modifier" ->
          of(List.of(on("orders", Action.FIND), on("v", Action.FIND, Action.COLL_MOD)));
      case "renamer" ->
          of(
              List.of(
                  on("", Action.RENAME_COLLECTION_SAME_DB, Action.DROP_COLLECTION),
                  on("orders", Action.FIND)));
      case "support" -> forDiagnostics(of(Diagnostics.privileges()));
      case "support-sync" ->
          forDiagnostics(of(Diagnostics.privileges(), BuiltInRoles.of("read", "__realm_sync")));
      case "sharder" -> of(List.of(on("", Action.ENABLE_SHARDING)));
      default -> throw new IllegalArgumentException("no lease is called " + name);
    };
  }

  static Privilege on(String collection, Action first, Action... more) {
    return Privilege.of(ResourcePattern.of("shop", collection), first, more);
  }

  @SafeVarargs
  static Lease of(List<Privilege>... privileges) {
    List<Privilege> all = new ArrayList<>();
    for (List<Privilege> some : privileges) {
      all.addAll(some);
    }
    byte[] secret = PLANTED.getBytes(StandardCharsets.US_ASCII);
    byte[] key = Arrays.copyOf(secret, 32);
    return new Lease(
        "lse_1",
        "ses_1",
        "grt_1",
        new Grantee("usr_1", "engineer"),
        "acme",
        "shop",
        new Target(
            "res_1",
            "orders-db",
            "mongodb://db1.example:27017,db2.example/?replicaSet=rs",
            "admin",
            new Tls(true, true, null)),
        new LeaseAccount("acc_1", "readonly", "svc-shop", secret),
        all,
        false,
        Disclosure.EVERYTHING,
        Limits.DEFAULT,
        new Binding.Tunnel(
            key, new ScramVerifier(ScramMechanism.SHA_256, secret, 15_000, key, key)),
        Network.ANYWHERE,
        "127.0.0.1:40123",
        REQUEST_URL,
        NOT_BEFORE,
        EXPIRES_AT,
        7);
  }

  /** One of each kind. */
  static List<Binding> bindings() {
    byte[] secret = PLANTED.getBytes(StandardCharsets.US_ASCII);
    ScramVerifier sha256 =
        new ScramVerifier(
            ScramMechanism.SHA_256,
            secret,
            15_000,
            Arrays.copyOf(secret, 32),
            Arrays.copyOf(secret, 32));
    ScramVerifier sha1 =
        new ScramVerifier(
            ScramMechanism.SHA_1,
            secret,
            10_000,
            Arrays.copyOf(secret, 20),
            Arrays.copyOf(secret, 20));
    LdapServer bare = new LdapServer("ldap.example", 636, null, "cn=gate", secret, List.of(), null);
    LdapServer full =
        new LdapServer(
            "ldap.example",
            1636,
            "-----BEGIN CERTIFICATE-----",
            "cn=gate",
            secret,
            List.of(
                new LdapServer.UserToDn.Substitution("(.+)@example", "cn={0},dc=example"),
                new LdapServer.UserToDn.Query("(.+)", "dc=example??sub?(uid={0})")),
            "{USER}?memberOf?base");
    return List.of(
        new Binding.Tunnel(new byte[32], null),
        new Binding.Tunnel(new byte[32], sha256),
        new Binding.ScramUser("admin", "app", sha256, null),
        new Binding.ScramUser("admin", "app", null, sha1),
        new Binding.ScramUser("shop", "app", sha256, sha1),
        new Binding.X509User("CN=app,O=acme", "-----BEGIN CERTIFICATE-----", null),
        new Binding.X509User("CN=app", "-----BEGIN CERTIFICATE-----", "-----BEGIN X509 CRL-----"),
        new Binding.LdapUser("app@example", bare),
        new Binding.LdapGroup("cn=apps,dc=example", full));
  }

  static List<Network> networks() {
    return List.of(
        Network.ANYWHERE,
        Network.of(),
        Network.of(Cidr.parse("192.0.2.7"), Cidr.parse("2001:db8::/32")),
        new Network(
            false,
            List.of(new Network.Range(Cidr.ANY_IPV4, DURING)),
            List.of(
                new Network.Endpoint(
                    new Network.EndpointId(Network.Cloud.AWS, "vpce-0a"), "pl-0.example:27017"),
                new Network.Endpoint(
                    new Network.EndpointId(Network.Cloud.AZURE, "4294967295"), null))));
  }

  /** An application's. */
  static Lease direct(Binding binding, Network network) {
    Lease lease = of(BuiltInRoles.of("readWrite", "shop"));
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
        Limits.APPLICATION,
        binding,
        network,
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }

  static Lease with(Lease lease, List<Privilege> privileges) {
    return changed(lease, privileges, lease.allowJavaScript(), lease.disclosure());
  }

  static Lease forDiagnostics(Lease lease) {
    return changed(lease, lease.privileges(), lease.allowJavaScript(), Disclosure.DIAGNOSTICS);
  }

  static Lease scripting(Lease lease) {
    return changed(lease, lease.privileges(), true, lease.disclosure());
  }

  private static Lease changed(
      Lease lease, List<Privilege> privileges, boolean allowJavaScript, Disclosure disclosure) {
    return new Lease(
        lease.leaseId(),
        lease.sessionId(),
        lease.grantId(),
        lease.grantee(),
        lease.organization(),
        lease.project(),
        lease.target(),
        lease.account(),
        privileges,
        allowJavaScript,
        disclosure,
        lease.limits(),
        lease.binding(),
        lease.network(),
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }
}
