package io.tidegate.control.application;

import io.tidegate.access.Binding;
import io.tidegate.access.Disclosure;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.access.Privilege;
import io.tidegate.control.application.ApplicationLease.UserOnCluster;
import io.tidegate.control.application.LeaseCompiler.Finding.Unserved;
import io.tidegate.control.application.LeaseCompiler.Finding.Wanted;
import io.tidegate.control.gateways.GatewayChoice;
import io.tidegate.control.lease.LeaseSealing;
import io.tidegate.control.network.NetworkRules;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.PublicAddress;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.SignedLease;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Works out what gateways should hold: for each database user and each resource in its scope a
 * lease, or the reason why there can be none.
 */
@Component
class LeaseCompiler {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseCompiler.class);

  private final Database database;
  private final DatabaseUserStore users;
  private final CertificateStore certificates;
  private final ProjectAuthorities authorities;
  private final ApplicationLeaseStore leases;
  private final UserRoles roles;
  private final Verifiers verifiers;
  private final NetworkRules network;
  private final GatewayChoice gateways;
  private final LeaseSealing sealing;
  private final PublicAddress address;
  private final InstantSource clock;

  LeaseCompiler(
      Database database,
      DatabaseUserStore users,
      CertificateStore certificates,
      ProjectAuthorities authorities,
      ApplicationLeaseStore leases,
      UserRoles roles,
      Verifiers verifiers,
      NetworkRules network,
      GatewayChoice gateways,
      LeaseSealing sealing,
      PublicAddress address,
      InstantSource clock) {
    this.database = database;
    this.users = users;
    this.certificates = certificates;
    this.authorities = authorities;
    this.leases = leases;
    this.roles = roles;
    this.verifiers = verifiers;
    this.network = network;
    this.gateways = gateways;
    this.sealing = sealing;
    this.address = address;
    this.clock = clock;
  }

  /** What a user and a resource in its scope come to. */
  sealed interface Finding {
    Served resource();

    /** A lease, but for what is one gateway's and one revision's. */
    record Wanted(
        DatabaseUser user,
        Served resource,
        Served.Account account,
        String gatewayId,
        String advertisedAddress,
        Binding binding,
        List<Privilege> privileges,
        Network network,
        String fingerprint)
        implements Finding {
      public Wanted {
        privileges = List.copyOf(privileges);
      }
    }

    /** No lease can be made. */
    record Unserved(Served resource, String why) implements Finding {}
  }

  /** A gateway's row. */
  private record Gateway(String id, String host) {}

  /** What was looked up already in one run. */
  private final class Run {
    private final Instant now = clock.instant();
    private final Map<String, String> sealedVerifiers = users.verifiers();
    private final Map<String, Gateway> byName = new HashMap<>();
    private final Map<String, Gateway> byId = new HashMap<>();
    private final Map<String, Network> networks = new HashMap<>();
    private final Map<String, List<Privilege>> privileges = new HashMap<>();
    private final Map<String, Optional<Gateway>> serving = new HashMap<>();

    private Run() {
      database
          .sql()
          .sql("select id, name, tunnel_host from gateway where tunnel_host is not null")
          .query(row -> {
            Gateway gateway = new Gateway(row.getString("id"), row.getString("tunnel_host"));
            byName.put(row.getString("name"), gateway);
            byId.put(gateway.id(), gateway);
          });
    }

    private List<Privilege> privileges(DatabaseUser user) {
      return privileges.computeIfAbsent(
          user.id(), _ -> roles.privileges(user.projectId(), user.roles()));
    }

    private Network network(String projectId) {
      return networks.computeIfAbsent(projectId, network::of);
    }

    private Optional<Gateway> gateway(Served resource) {
      return serving.computeIfAbsent(
          resource.target().resourceId(), _ -> Optional.ofNullable(find(resource)));
    }

    private @Nullable Gateway find(Served resource) {
      String name = resource.gatewayName();
      if (name != null) {
        return byName.get(name);
      }
      // The one that has served it stays, so that its address does; even while it is away.
      return leases
          .gatewayOf(resource.target().resourceId())
          .or(() -> gateways.choose(null).map(GatewayConnection::gatewayId))
          .map(byId::get)
          .orElse(null);
    }
  }

  /** Every user and every resource in its scope. */
  Map<UserOnCluster, Finding> compile() {
    Map<UserOnCluster, Finding> findings = new LinkedHashMap<>();
    List<DatabaseUser> all = users.all();
    if (all.isEmpty()) {
      return findings;
    }
    Map<String, List<Served>> byProject = resources();
    Run run = new Run();
    for (DatabaseUser user : all) {
      for (Served resource : byProject.getOrDefault(user.projectId(), List.of())) {
        String resourceId = resource.target().resourceId();
        if (user.scopes().isEmpty()
            || user.scopes().stream().anyMatch(scope -> scope.resourceId().equals(resourceId))) {
          findings.put(new UserOnCluster(user.id(), resourceId), guarded(run, user, resource));
        }
      }
    }
    return findings;
  }

  /** What is wrong with one user must not keep the others as they are. */
  private Finding guarded(Run run, DatabaseUser user, Served resource) {
    try {
      return finding(run, user, resource);
    } catch (IllegalStateException | IllegalArgumentException e) {
      LOG.atError()
          .addKeyValue("userId", user.id())
          .setCause(e)
          .log("a database user cannot be compiled, and is not let in");
      return new Unserved(
          resource, "What is stored of the user cannot be read; delete it and make it again.");
    }
  }

  private Finding finding(Run run, DatabaseUser user, Served resource) {
    List<Privilege> privileges = run.privileges(user);
    Served.Account account = resource.account();
    if (account == null) {
      return new Unserved(
          resource,
          "No account is set by which applications reach this cluster; its owner sets one on the"
              + " cluster's page.");
    }
    Optional<Gateway> gateway = run.gateway(resource);
    if (gateway.isEmpty()) {
      return new Unserved(resource, "No gateway for this cluster has joined yet.");
    }
    Binding binding;
    switch (binding(run, user)) {
      case Bound bound -> binding = bound.binding();
      case Unbound unbound -> {
        return new Unserved(resource, unbound.why());
      }
    }
    Network rules = run.network(user.projectId());
    String advertised = gateway.get().host() + ":" + resource.port();
    String fingerprint =
        hash(
            gateway.get().id(),
            advertised,
            resource.target().toString(),
            account.toString(),
            resource.terms(),
            words(run, user, binding),
            privileges.toString(),
            rules.toString(),
            String.valueOf(user.deleteAfter()));
    return new Wanted(
        user,
        resource,
        account,
        gateway.get().id(),
        advertised,
        binding,
        privileges,
        rules,
        fingerprint);
  }

  /** Whether gateways can tell such a user. */
  private sealed interface Proof permits Bound, Unbound {}

  private record Bound(Binding binding) implements Proof {}

  private record Unbound(String why) implements Proof {}

  private Proof binding(Run run, DatabaseUser user) {
    return switch (user.kind()) {
      case SCRAM -> {
        String sealed = run.sealedVerifiers.get(user.id());
        if (sealed == null) {
          yield new Unbound("The user has no password; set one.");
        }
        Verifiers.Pair pair = verifiers.open(sealed, user.id());
        yield new Bound(
            new Binding.ScramUser(
                user.authDatabase(), user.username(), pair.sha256(), pair.sha1()));
      }
      case X509_MANAGED ->
          authorities
              .certificatePem(user.projectId())
              .<Proof>map(pem -> new Bound(x509(user, pem)))
              .orElseGet(() -> new Unbound("No certificate was issued yet; issue one."));
      case X509_CUSTOMER ->
          certificates
              .customerAuthorities(user.projectId())
              .<Proof>map(pem -> new Bound(x509(user, pem)))
              .orElseGet(() ->
                  new Unbound(
                      "The project has no authority of its own set, whose certificates would be"
                          + " taken; set it in the project's security settings."));
      case LDAP_USER, LDAP_GROUP ->
          new Unbound("The project has no LDAP directory set, by which the user could be known.");
      case OIDC_USER, OIDC_GROUP ->
          new Unbound("Gateways do not serve sign-in by an identity provider yet.");
      case AWS_IAM_USER, AWS_IAM_ROLE ->
          new Unbound("Gateways do not serve sign-in by AWS IAM yet.");
    };
  }

  private static Binding x509(DatabaseUser user, String authoritiesPem) {
    return new Binding.X509User(
        UserNames.subject(user.username()).getName(X500Principal.RFC2253), authoritiesPem, null);
  }

  /** All of the binding, secrets included: only its hash is kept. */
  private String words(Run run, DatabaseUser user, Binding binding) {
    return switch (binding) {
      case Binding.ScramUser scram ->
          scram.username()
              + key(scram.sha256() == null ? null : scram.sha256().storedKey())
              + key(scram.sha1() == null ? null : scram.sha1().storedKey());
      case Binding.X509User _ ->
          binding
              + (user.kind() == DatabaseUser.Kind.X509_MANAGED
                  ? new TreeSet<>(certificates.revoked(user.projectId(), run.now).keySet())
                      .toString()
                  : "");
      case Binding.Tunnel _, Binding.LdapUser _, Binding.LdapGroup _ -> binding.toString();
    };
  }

  private static String key(byte @Nullable [] key) {
    return key == null ? "" : " " + Base64.getEncoder().encodeToString(key);
  }

  private static String hash(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The lease as the gateway takes it.
   *
   * @throws io.tidegate.control.platform.Refused when the account has gone meanwhile
   */
  SignedLease sign(ApplicationLease row, Wanted wanted, GatewayConnection gateway) {
    Binding binding = wanted.binding();
    if (binding instanceof Binding.X509User x509
        && wanted.user().kind() == DatabaseUser.Kind.X509_MANAGED) {
      binding =
          new Binding.X509User(
              x509.subject(),
              x509.authoritiesPem(),
              authorities.revocationListPem(row.projectId(), clock.instant(), row.expiresAt()));
    }
    Served resource = wanted.resource();
    return sealing.sign(
        new Lease(
            row.id(),
            row.sessionId(),
            wanted.user().id(),
            new Lease.Grantee(wanted.user().id(), wanted.user().username()),
            resource.organizationId(),
            resource.projectName(),
            resource.target(),
            sealing.account(
                wanted.account().id(),
                wanted.account().name(),
                row.id(),
                gateway.hello().sealingKey()),
            wanted.privileges(),
            false,
            Disclosure.EVERYTHING,
            Lease.Limits.APPLICATION,
            binding,
            wanted.network(),
            wanted.advertisedAddress(),
            address.url() + "/projects/" + resource.projectName() + "/database-access",
            wanted.user().createdAt(),
            row.expiresAt(),
            row.revision()));
  }

  private Map<String, List<Served>> resources() {
    Map<String, List<Served>> byProject = new HashMap<>();
    database
        .sql()
        .sql(
            """
            select r.id, r.name, r.project_id, r.connection_string, r.auth_database, r.tls_enabled,
                   r.tls_verify, r.tls_ca_pem, r.gateway_name, r.direct_port, r.terms,
                   p.name as project_name, p.organization_id,
                   a.id as account_id, a.name as account_name, a.terms as account_terms
            from resource r
            join project p on p.id = r.project_id
            left join account a on a.id = r.gateway_account_id and a.deleted_at is null
            where r.deleted_at is null order by r.name
            """)
        .query(LeaseCompiler::served)
        .list()
        .forEach(resource ->
            byProject.computeIfAbsent(resource.projectId(), _ -> new ArrayList<>()).add(resource));
    return byProject;
  }

  private static Served served(ResultSet row, int number) throws SQLException {
    String account = row.getString("account_id");
    return new Served(
        new Lease.Target(
            row.getString("id"),
            row.getString("name"),
            row.getString("connection_string"),
            row.getString("auth_database"),
            new Lease.Tls(
                Columns.truth(row, "tls_enabled"),
                Columns.truth(row, "tls_verify"),
                row.getString("tls_ca_pem"))),
        row.getString("project_id"),
        row.getString("project_name"),
        row.getString("organization_id"),
        account == null ? null : new Served.Account(account, row.getString("account_name")),
        row.getLong("terms") + "/" + row.getLong("account_terms"),
        row.getString("gateway_name"),
        row.getInt("direct_port"));
  }
}
