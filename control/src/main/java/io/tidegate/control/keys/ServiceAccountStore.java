package io.tidegate.control.keys;

import io.tidegate.control.keys.ServiceAccount.ClientSecret;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Repository;

/** Service accounts, their secrets and their tokens in the database. */
@Repository
class ServiceAccountStore {
  private final Database database;
  private final ProgramRoleStore roles;

  ServiceAccountStore(Database database, ProgramRoleStore roles) {
    this.database = database;
    this.roles = roles;
  }

  /** A secret that may be traded, by its hash. */
  record StoredSecret(String id, String hash, Instant expiresAt) {}

  List<ServiceAccount> list(String organizationId) {
    return database
        .sql()
        .sql("select * from service_account where organization_id = ? order by created_at, id")
        .param(organizationId)
        .query(ServiceAccountStore::account)
        .list()
        .stream()
        .map(this::whole)
        .toList();
  }

  Optional<ServiceAccount> find(String id) {
    return database
        .sql()
        .sql("select * from service_account where id = ?")
        .param(id)
        .query(ServiceAccountStore::account)
        .optional()
        .map(this::whole);
  }

  private ServiceAccount whole(ServiceAccount account) {
    return new ServiceAccount(
        account.id(),
        account.organizationId(),
        account.name(),
        account.description(),
        roles.of(account.id()),
        secrets(account.id()),
        account.version(),
        account.createdAt());
  }

  private static ServiceAccount account(ResultSet row, int number) throws SQLException {
    return new ServiceAccount(
        row.getString("id"),
        row.getString("organization_id"),
        row.getString("name"),
        row.getString("description"),
        List.of(),
        List.of(),
        row.getLong("version"),
        Columns.instant(row, "created_at"));
  }

  void insert(ServiceAccount account) {
    database
        .sql()
        .sql(
            """
            insert into service_account
              (id, organization_id, name, description, version, created_at)
            values (?, ?, ?, ?, 1, ?)
            """)
        .params(
            account.id(),
            account.organizationId(),
            account.name(),
            account.description(),
            account.createdAt().toEpochMilli())
        .update();
    roles.replace(account.id(), account.assignments());
  }

  void update(ServiceAccount account) {
    database
        .sql()
        .sql(
            """
            update service_account set name = ?, description = ?, version = version + 1
            where id = ?
            """)
        .params(account.name(), account.description(), account.id())
        .update();
    roles.replace(account.id(), account.assignments());
  }

  void delete(String id) {
    roles.clear(id);
    for (String table : List.of("program_token", "service_account_secret")) {
      database.sql().sql("delete from " + table + " where account_id = ?").param(id).update();
    }
    database.sql().sql("delete from service_account where id = ?").param(id).update();
  }

  // Secrets.

  private List<ClientSecret> secrets(String accountId) {
    return database
        .sql()
        .sql("select * from service_account_secret where account_id = ? order by created_at, id")
        .param(accountId)
        .query((row, _) ->
            new ClientSecret(
                row.getString("id"),
                row.getString("ending"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "expires_at"),
                Columns.optionalInstant(row, "last_used_at")))
        .list();
  }

  List<StoredSecret> live(String accountId, Instant now) {
    return database
        .sql()
        .sql(
            """
            select id, secret_hash, expires_at from service_account_secret
            where account_id = ? and expires_at > ?
            """)
        .params(accountId, now.toEpochMilli())
        .query((row, _) ->
            new StoredSecret(
                row.getString("id"),
                row.getString("secret_hash"),
                Columns.instant(row, "expires_at")))
        .list();
  }

  void insertSecret(String accountId, ClientSecret secret, String hash) {
    database
        .sql()
        .sql(
            """
            insert into service_account_secret
              (id, account_id, secret_hash, ending, created_at, expires_at)
            values (?, ?, ?, ?, ?, ?)
            """)
        .params(
            secret.id(),
            accountId,
            hash,
            secret.ending(),
            secret.createdAt().toEpochMilli(),
            secret.expiresAt().toEpochMilli())
        .update();
  }

  void useSecret(String id, Instant now) {
    database
        .sql()
        .sql("update service_account_secret set last_used_at = ? where id = ?")
        .params(now.toEpochMilli(), id)
        .update();
  }

  void deleteSecret(String id) {
    database.sql().sql("delete from program_token where secret_id = ?").param(id).update();
    database.sql().sql("delete from service_account_secret where id = ?").param(id).update();
  }

  // Tokens.

  void insertToken(String hash, String accountId, String secretId, Instant now, Instant expiresAt) {
    // Expired ones are forgotten by whoever comes next.
    database
        .sql()
        .sql("delete from program_token where expires_at <= ?")
        .param(now.toEpochMilli())
        .update();
    database
        .sql()
        .sql(
            """
            insert into program_token (secret_hash, account_id, secret_id, created_at, expires_at)
            values (?, ?, ?, ?, ?)
            """)
        .params(hash, accountId, secretId, now.toEpochMilli(), expiresAt.toEpochMilli())
        .update();
  }

  Optional<String> holder(String hash, Instant now) {
    return database
        .sql()
        .sql("select account_id from program_token where secret_hash = ? and expires_at > ?")
        .params(hash, now.toEpochMilli())
        .query(String.class)
        .optional();
  }

  boolean deleteToken(String hash, String accountId) {
    return database
            .sql()
            .sql("delete from program_token where secret_hash = ? and account_id = ?")
            .params(hash, accountId)
            .update()
        > 0;
  }
}
