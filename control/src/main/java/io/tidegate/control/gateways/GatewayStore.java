package io.tidegate.control.gateways;

import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.link.GatewayHello;
import io.tidegate.link.trust.Certificates;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;

/** Gateways and join tokens in the database. */
@Repository
class GatewayStore {
  private final Database database;

  GatewayStore(Database database) {
    this.database = database;
  }

  /** A gateway as stored. */
  record Row(
      String id,
      String name,
      boolean embedded,
      @Nullable String version,
      @Nullable String tunnelHost,
      int tunnelPort,
      @Nullable Instant lastSeenAt,
      Instant createdAt,
      @Nullable Instant retiredAt,
      @Nullable String retiredBy) {}

  /** A join token as stored. */
  record TokenRow(
      String id,
      String secretHash,
      String name,
      Instant expiresAt,
      @Nullable Instant usedAt,
      @Nullable Instant revokedAt) {}

  List<Row> list(String afterName, int limit) {
    return database
        .sql()
        .sql("select * from gateway where name > ? order by name limit ?")
        .params(afterName, limit)
        .query(GatewayStore::row)
        .list();
  }

  Optional<Row> find(String reference) {
    return database
        .sql()
        .sql("select * from gateway where id = ? or name = ?")
        .params(reference, reference)
        .query(GatewayStore::row)
        .optional();
  }

  void insert(String id, String name, boolean embedded, String version, Instant now) {
    database
        .sql()
        .sql(
            """
            insert into gateway (id, name, embedded, version, connected, event_sequence, created_at)
            values (?, ?, ?, ?, 0, 0, ?)
            """)
        .params(id, name, Columns.number(embedded), version, now.toEpochMilli())
        .update();
  }

  void connected(String id, GatewayHello hello, Instant now) {
    database
        .sql()
        .sql(
            """
            update gateway set connected = 1, version = ?, tunnel_host = ?, tunnel_port = ?,
              sealing_key = ?, last_seen_at = ? where id = ?
            """)
        .params(
            hello.version(),
            hello.tunnelHost(),
            hello.tunnelPort(),
            Base64.getEncoder().encodeToString(hello.sealingKey().bytes()),
            now.toEpochMilli(),
            id)
        .update();
  }

  void seen(String id, boolean connected, Instant now) {
    database
        .sql()
        .sql("update gateway set connected = ?, last_seen_at = ? where id = ?")
        .params(Columns.number(connected), now.toEpochMilli(), id)
        .update();
  }

  /** False when it was retired already. */
  boolean retire(String id, String username, Instant now) {
    return database
            .sql()
            .sql(
                """
                update gateway set retired_at = ?, retired_by = ? where id = ? and retired_at is null
                """)
            .params(now.toEpochMilli(), username, id)
            .update()
        > 0;
  }

  /** Puts a retired one back into service. */
  void revive(String id) {
    database
        .sql()
        .sql("update gateway set retired_at = null, retired_by = null where id = ?")
        .param(id)
        .update();
  }

  /**
   * Makes every other change of this gateway's keys and standing wait for the end of the open
   * transaction: what is decided from them must not be decided twice at once.
   */
  void hold(String id) {
    database
        .sql()
        .sql("update gateway set event_sequence = event_sequence where id = ?")
        .param(id)
        .update();
  }

  /**
   * Puts a new key on record.
   *
   * @param replaces the key that ends when this one is first shown; null for none
   */
  void certify(String id, X509Certificate certificate, @Nullable String replaces, Instant now) {
    database
        .sql()
        .sql(
            """
            insert into gateway_certificate
              (key_sha256, gateway_id, serial, replaces, issued_at, expires_at)
            values (:key, :gateway, :serial, :replaces, :now, :expires)
            """)
        .param("key", keyOf(certificate))
        .param("gateway", id)
        .param("serial", certificate.getSerialNumber().toString(16))
        .param("replaces", replaces, Types.VARCHAR)
        .param("now", now.toEpochMilli())
        .param("expires", certificate.getNotAfter().toInstant().toEpochMilli())
        .update();
  }

  static String keyOf(X509Certificate certificate) {
    return HexFormat.of().formatHex(Certificates.spkiSha256(certificate));
  }

  /**
   * Ends the keys of a gateway that still count.
   *
   * @param but one that stays; null for none
   * @return how many ended
   */
  int revokeKeys(String id, @Nullable String but, String why, Instant now) {
    return database
        .sql()
        .sql(
            """
            update gateway_certificate set revoked_at = ?, revoked_why = ?
            where gateway_id = ? and key_sha256 <> ? and revoked_at is null
            """)
        .params(now.toEpochMilli(), why, id, but == null ? "" : but)
        .update();
  }

  /** The key was shown: the one that it replaces ends. */
  void shown(String key, Instant now) {
    database
        .sql()
        .sql(
            """
            update gateway_certificate set revoked_at = ?, revoked_why = 'renewed'
            where revoked_at is null
              and key_sha256 = (select replaces from gateway_certificate where key_sha256 = ?)
            """)
        .params(now.toEpochMilli(), key)
        .update();
  }

  Standing standing(String id, String key) {
    return database
        .sql()
        .sql(
            """
            select g.retired_at, c.key_sha256, c.revoked_at from gateway g
            left join gateway_certificate c on c.gateway_id = g.id and c.key_sha256 = ?
            where g.id = ?
            """)
        .params(key, id)
        .query((row, _) -> {
          if (Columns.optionalInstant(row, "retired_at") != null) {
            return Standing.RETIRED;
          }
          boolean counts =
              row.getString("key_sha256") != null
                  && Columns.optionalInstant(row, "revoked_at") == null;
          return counts ? Standing.GOOD : Standing.REPLACED;
        })
        .optional()
        .orElse(Standing.UNKNOWN);
  }

  /** When the newest key that counts runs out. */
  @Nullable Instant certifiedUntil(String id) {
    return database
        .sql()
        .sql(
            """
            select max(expires_at) as until from gateway_certificate
            where gateway_id = ? and revoked_at is null
            """)
        .param(id)
        .query((row, _) -> Optional.ofNullable(Columns.optionalInstant(row, "until")))
        .single()
        .orElse(null);
  }

  /** How far the events of this run of the gateway were taken; 0 when it is a new run. */
  long takenThrough(String id, String epoch) {
    return database
        .sql()
        .sql("select event_sequence from gateway where id = ? and event_epoch = ?")
        .params(id, epoch)
        .query(Long.class)
        .optional()
        .orElse(0L);
  }

  void taken(String id, String epoch, long sequence) {
    database
        .sql()
        .sql("update gateway set event_epoch = ?, event_sequence = ? where id = ?")
        .params(epoch, sequence, id)
        .update();
  }

  int liveSessions(String id) {
    return database
        .sql()
        .sql(
            """
            select count(*) from gate_session
            where gateway_id = ? and status in ('STARTING', 'ACTIVE', 'CLOSING')
            """)
        .param(id)
        .query(Integer.class)
        .single();
  }

  void insertToken(
      String id,
      byte[] secretSha256,
      String name,
      String createdBy,
      Instant now,
      Instant expiresAt) {
    database
        .sql()
        .sql(
            """
            insert into join_token (id, secret_hash, name, created_by, created_at, expires_at)
            values (?, ?, ?, ?, ?, ?)
            """)
        .params(
            id,
            HexFormat.of().formatHex(secretSha256),
            name,
            createdBy,
            now.toEpochMilli(),
            expiresAt.toEpochMilli())
        .update();
  }

  Optional<TokenRow> token(String id) {
    return database
        .sql()
        .sql("select * from join_token where id = ?")
        .param(id)
        .query((row, _) ->
            new TokenRow(
                row.getString("id"),
                row.getString("secret_hash"),
                row.getString("name"),
                Columns.instant(row, "expires_at"),
                Columns.optionalInstant(row, "used_at"),
                Columns.optionalInstant(row, "revoked_at")))
        .optional();
  }

  List<Gateways.OpenInvitation> openTokens(Instant now) {
    return database
        .sql()
        .sql(
            """
            select t.id, t.name, coalesce(u.username, t.created_by) as created_by, t.created_at,
                   t.expires_at
            from join_token t left join person u on u.id = t.created_by
            where t.used_at is null and t.revoked_at is null and t.expires_at > ?
            order by t.created_at desc, t.id
            """)
        .param(now.toEpochMilli())
        .query((row, _) ->
            new Gateways.OpenInvitation(
                row.getString("id"),
                row.getString("name"),
                row.getString("created_by"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "expires_at")))
        .list();
  }

  /** False when it was used or revoked before. */
  boolean revokeToken(String id, Instant now) {
    return database
            .sql()
            .sql(
                """
                update join_token set revoked_at = ?
                where id = ? and used_at is null and revoked_at is null
                """)
            .params(now.toEpochMilli(), id)
            .update()
        > 0;
  }

  /** Makes the waiting tokens of a name worthless; how many there were. */
  int revokeTokensOf(String name, Instant now) {
    return database
        .sql()
        .sql(
            """
            update join_token set revoked_at = ?
            where name = ? and used_at is null and revoked_at is null and expires_at > ?
            """)
        .params(now.toEpochMilli(), name, now.toEpochMilli())
        .update();
  }

  /** Uses the token up; false when somebody did before. */
  boolean useToken(String id, Instant now) {
    return database
            .sql()
            .sql(
                "update join_token set used_at = ? where id = ? and used_at is null and revoked_at"
                    + " is null")
            .params(now.toEpochMilli(), id)
            .update()
        > 0;
  }

  private static Row row(ResultSet row, int number) throws SQLException {
    return new Row(
        row.getString("id"),
        row.getString("name"),
        Columns.truth(row, "embedded"),
        row.getString("version"),
        row.getString("tunnel_host"),
        row.getInt("tunnel_port"),
        Columns.optionalInstant(row, "last_seen_at"),
        Columns.instant(row, "created_at"),
        Columns.optionalInstant(row, "retired_at"),
        row.getString("retired_by"));
  }
}
