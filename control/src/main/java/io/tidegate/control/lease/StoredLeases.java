package io.tidegate.control.lease;

import io.tidegate.access.Binding;
import io.tidegate.access.Disclosure;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.RolePrivileges;
import io.tidegate.control.cluster.Vault;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.PublicAddress;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseKey;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SignedLease;
import io.tidegate.link.trust.PublicSealingKey;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import tools.jackson.core.type.TypeReference;

/**
 * Leases in the database, by their parts. The signed form is made for each push, because the
 * credential inside is sealed to a key that the gateway has new after each start.
 */
@Service
class StoredLeases implements Leases {
  private static final Logger LOG = LoggerFactory.getLogger(StoredLeases.class);
  private static final TypeReference<List<Account.RoleBinding>> ROLES = new TypeReference<>() {};

  private static final String SELECT =
      """
      select l.id, l.session_id, l.key_sha256, l.local_auth, l.revision, l.expires_at,
             s.grant_id, s.advertised_address, u.id as person_id, u.username,
             p.organization_id, p.id as project_id, p.name as project_name,
             r.id as resource_id, r.name as resource_name, r.connection_string, r.auth_database,
             r.tls_enabled, r.tls_verify, r.tls_ca_pem,
             a.id as account_id, a.name as account_name, a.roles, g.starts_at
      from lease l
      join gate_session s on s.id = l.session_id
      join access_grant g on g.id = s.grant_id
      join person u on u.id = s.person_id
      join project p on p.id = s.project_id
      join resource r on r.id = s.resource_id
      join account a on a.id = s.account_id
      """;

  private final Database database;
  private final SigningKeys keys;
  private final LeaseSealing sealing;
  private final RolePrivileges rolePrivileges;
  private final Vault vault;
  private final PublicAddress address;
  private final Json json;

  StoredLeases(
      Database database,
      SigningKeys keys,
      LeaseSealing sealing,
      RolePrivileges rolePrivileges,
      Vault vault,
      PublicAddress address,
      Json json) {
    this.database = database;
    this.keys = keys;
    this.sealing = sealing;
    this.rolePrivileges = rolePrivileges;
    this.vault = vault;
    this.address = address;
    this.json = json;
  }

  /** A lease but for its credential. */
  private record Parts(
      String leaseId,
      String sessionId,
      String grantId,
      Lease.Grantee grantee,
      String organization,
      String projectId,
      String project,
      Lease.Target target,
      String accountId,
      String accountName,
      List<Account.RoleBinding> roles,
      Binding binding,
      String advertisedAddress,
      Instant notBefore,
      Instant expiresAt,
      long revision) {}

  @Override
  public LeaseKey key() {
    return keys.publicKey();
  }

  @Override
  public void want(LeaseTerms terms, Instant now) {
    database
        .sql()
        .sql(
            """
            insert into lease (id, session_id, gateway_id, status, key_sha256, local_auth,
                               revision, expires_at, created_at, updated_at,
                               resource_terms, account_terms)
            values (:id, :session, :gateway, 'WANTED', :key, :auth, 1, :expires, :now, :now,
              (select r.terms from resource r join gate_session s on s.resource_id = r.id
               where s.id = :session),
              (select a.terms from account a join gate_session s on s.account_id = a.id
               where s.id = :session))
            """)
        .param("id", terms.leaseId())
        .param("session", terms.sessionId())
        .param("gateway", terms.gatewayId())
        .param("key", terms.keySha256())
        .param("auth", sealed(terms), Types.VARCHAR)
        .param("expires", terms.expiresAt().toEpochMilli())
        .param("now", now.toEpochMilli())
        .update();
  }

  private @Nullable String sealed(LeaseTerms terms) {
    String auth = terms.localAuth();
    return auth == null ? null : vault.seal(new Secret(auth), terms.leaseId());
  }

  @Override
  public LeaseOutcome push(GatewayConnection connection, String leaseId, Duration atMost) {
    Optional<Parts> parts =
        database
            .sql()
            .sql(SELECT + " where l.id = ? and l.status = 'WANTED'")
            .param(leaseId)
            .query(this::parts)
            .optional();
    if (parts.isEmpty()) {
      return new LeaseOutcome.Rejected(leaseId, "lease-over", "The grant has ended meanwhile.");
    }
    SignedLease lease = sign(parts.get(), connection.hello().sealingKey());
    try {
      return connection.push(lease).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new LeaseOutcome.Unanswered(
          leaseId, "The gateway did not answer within " + atMost.toSeconds() + " seconds.");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a push completes with a value", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new LeaseOutcome.Unanswered(leaseId, "The server is stopping.");
    }
  }

  @Override
  public List<SignedLease> desired(GatewayConnection connection) {
    List<Parts> wanted =
        database
            .sql()
            .sql(SELECT + " where l.gateway_id = ? and l.status in ('WANTED', 'HELD')")
            .param(connection.gatewayId())
            .query(this::parts)
            .list();
    List<SignedLease> leases = new ArrayList<>(wanted.size());
    for (Parts parts : wanted) {
      try {
        leases.add(sign(parts, connection.hello().sealingKey()));
      } catch (Refused | IllegalStateException e) {
        // Its account is gone or unreadable: not desired. Reconciliation ends the session.
        LOG.atWarn()
            .addKeyValue("sessionId", parts.sessionId())
            .setCause(e)
            .log("a lease could not be made again");
      }
    }
    return leases;
  }

  private SignedLease sign(Parts parts, PublicSealingKey sealingKey) {
    Lease lease =
        new Lease(
            parts.leaseId(),
            parts.sessionId(),
            parts.grantId(),
            parts.grantee(),
            parts.organization(),
            parts.project(),
            parts.target(),
            sealing.account(parts.accountId(), parts.accountName(), parts.leaseId(), sealingKey),
            rolePrivileges.of(parts.projectId(), parts.roles()),
            false,
            Disclosure.EVERYTHING,
            Lease.Limits.DEFAULT,
            parts.binding(),
            Network.ANYWHERE,
            parts.advertisedAddress(),
            address.url() + "/resources/" + parts.target().resourceId(),
            parts.notBefore(),
            parts.expiresAt(),
            parts.revision());
    return sealing.sign(lease);
  }

  @Override
  public boolean held(String leaseId, Instant now) {
    return move(leaseId, "'WANTED', 'HELD'", LeaseStatus.HELD, now);
  }

  @Override
  public void revoking(String leaseId, Instant now) {
    move(leaseId, "'WANTED', 'HELD'", LeaseStatus.REVOKING, now);
  }

  @Override
  public void gone(String leaseId, Instant now) {
    move(leaseId, "'WANTED', 'HELD', 'REVOKING'", LeaseStatus.GONE, now);
  }

  private boolean move(String leaseId, String from, LeaseStatus to, Instant now) {
    return database
            .sql()
            .sql(
                "update lease set status = ?, updated_at = ? where id = ? and status in ("
                    + from
                    + ")")
            .params(to.name(), now.toEpochMilli(), leaseId)
            .update()
        > 0;
  }

  @Override
  public LeaseStatus status(String leaseId) {
    return LeaseStatus.valueOf(
        database
            .sql()
            .sql("select status from lease where id = ?")
            .param(leaseId)
            .query(String.class)
            .single());
  }

  private Parts parts(ResultSet row, int number) throws SQLException {
    return new Parts(
        row.getString("id"),
        row.getString("session_id"),
        row.getString("grant_id"),
        new Lease.Grantee(row.getString("person_id"), row.getString("username")),
        row.getString("organization_id"),
        row.getString("project_id"),
        row.getString("project_name"),
        new Lease.Target(
            row.getString("resource_id"),
            row.getString("resource_name"),
            row.getString("connection_string"),
            row.getString("auth_database"),
            new Lease.Tls(
                Columns.truth(row, "tls_enabled"),
                Columns.truth(row, "tls_verify"),
                row.getString("tls_ca_pem"))),
        row.getString("account_id"),
        row.getString("account_name"),
        json.read(row.getString("roles"), ROLES),
        new Binding.Tunnel(
            HexFormat.of().parseHex(row.getString("key_sha256")),
            localAuth(row.getString("local_auth"), row.getString("id"))),
        row.getString("advertised_address"),
        Columns.instant(row, "starts_at"),
        Columns.instant(row, "expires_at"),
        row.getLong("revision"));
  }

  private @Nullable ScramVerifier localAuth(@Nullable String sealed, String leaseId) {
    if (sealed == null) {
      return null;
    }
    Map<String, String> fields = json.stringMap(vault.open(sealed, leaseId).reveal());
    Base64.Decoder base64 = Base64.getDecoder();
    return new ScramVerifier(
        ScramMechanism.SHA_256,
        base64.decode(fields.getOrDefault("salt", "")),
        Integer.parseInt(fields.getOrDefault("iterations", "0")),
        base64.decode(fields.getOrDefault("storedKey", "")),
        base64.decode(fields.getOrDefault("serverKey", "")));
  }
}
