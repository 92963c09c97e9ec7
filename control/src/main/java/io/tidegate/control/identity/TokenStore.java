package io.tidegate.control.identity;

import io.tidegate.control.identity.Logins.TokenKind;
import io.tidegate.control.platform.Database;
import java.time.Instant;
import java.util.Optional;
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
      Instant now,
      Instant expiresAt) {
    database
        .sql()
        .sql(
            """
            insert into access_token
              (secret_hash, kind, person_id, client_name, address, created_at, expires_at)
            values (?, ?, ?, ?, ?, ?, ?)
            """)
        .params(
            hash,
            kind.name(),
            personId,
            clientName,
            address,
            now.toEpochMilli(),
            expiresAt.toEpochMilli())
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
