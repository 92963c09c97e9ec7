package io.tidegate.control.identity;

import io.tidegate.control.identity.Logins.TokenKind;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import java.sql.Types;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;

/** Tokens in the database, by the hash of their secret. */
@Repository
class TokenStore {
  private final Database database;

  TokenStore(Database database) {
    this.database = database;
  }

  void insert(
      String hash,
      TokenKind kind,
      String personId,
      String clientName,
      String address,
      @Nullable String family,
      Instant now,
      Instant expiresAt) {
    database
        .sql()
        .sql(
            """
            insert into access_token
              (secret_hash, kind, person_id, client_name, address, family, created_at, expires_at)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        .param(1, hash)
        .param(2, kind.name())
        .param(3, personId)
        .param(4, clientName)
        .param(5, address)
        .param(6, family, Types.VARCHAR)
        .param(7, now.toEpochMilli())
        .param(8, expiresAt.toEpochMilli())
        .update();
  }

  Optional<String> personOf(String hash, TokenKind kind, Instant now) {
    return database
        .sql()
        .sql(
            """
            select person_id from access_token
            where secret_hash = ? and kind = ? and expires_at > ? and revoked_at is null
            """)
        .params(hash, kind.name(), now.toEpochMilli())
        .query(String.class)
        .optional();
  }

  /** A token of a family, whether it still opens anything or not. */
  record Member(
      TokenKind kind, String personId, String clientName, String family, Instant expiresAt) {}

  Optional<Member> member(String hash) {
    return database
        .sql()
        .sql("select * from access_token where secret_hash = ? and family is not null")
        .param(hash)
        .query((row, _) ->
            new Member(
                TokenKind.valueOf(row.getString("kind")),
                row.getString("person_id"),
                row.getString("client_name"),
                row.getString("family"),
                Columns.instant(row, "expires_at")))
        .optional();
  }

  /** Revokes one token; false when it was revoked before. */
  boolean revokeOne(String hash, Instant now) {
    return database
            .sql()
            .sql(
                """
                update access_token set revoked_at = ? where secret_hash = ? and revoked_at is null
                """)
            .params(now.toEpochMilli(), hash)
            .update()
        > 0;
  }

  /** Revokes what is left of a family, and tells how much that was. */
  int revokeFamily(String family, Instant now) {
    return database
        .sql()
        .sql("update access_token set revoked_at = ? where family = ? and revoked_at is null")
        .params(now.toEpochMilli(), family)
        .update();
  }

  boolean holdsAny(String personId, Instant now) {
    return database
            .sql()
            .sql(
                """
                select count(*) from access_token
                where person_id = ? and expires_at > ? and revoked_at is null
                """)
            .params(personId, now.toEpochMilli())
            .query(Long.class)
            .single()
        > 0;
  }

  void revoke(String hash, String personId, Instant now) {
    database
        .sql()
        .sql(
            """
            update access_token set revoked_at = ?
            where secret_hash = ? and person_id = ? and revoked_at is null
            """)
        .params(now.toEpochMilli(), hash, personId)
        .update();
  }

  /** Revokes what the person holds, and what a device of theirs has not yet fetched. */
  void revokeAll(String personId, Instant now) {
    database
        .sql()
        .sql(
            """
            update device_login set status = 'DENIED' where person_id = ? and status = 'APPROVED'
            """)
        .param(personId)
        .update();
    database
        .sql()
        .sql("update access_token set revoked_at = ? where person_id = ? and revoked_at is null")
        .params(now.toEpochMilli(), personId)
        .update();
  }

  /** Forgets what is of no use any more. */
  void sweep(Instant before) {
    database
        .sql()
        .sql("delete from access_token where expires_at < ?")
        .param(before.toEpochMilli())
        .update();
    database
        .sql()
        .sql("delete from device_login where expires_at < ?")
        .param(before.toEpochMilli())
        .update();
  }
}
