package io.tidegate.control.gateways;

import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.link.GatewayHello;
import java.sql.ResultSet;
import java.sql.SQLException;
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
      Instant createdAt) {}

  /** A join token as stored. */
  record TokenRow(
      String id, String secretHash, String name, Instant expiresAt, @Nullable Instant usedAt) {}

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
                Columns.optionalInstant(row, "used_at")))
        .optional();
  }

  /** Uses the token up; false when somebody did before. */
  boolean useToken(String id, Instant now) {
    return database
            .sql()
            .sql("update join_token set used_at = ? where id = ? and used_at is null")
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
        Columns.instant(row, "created_at"));
  }
}
