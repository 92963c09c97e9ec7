package io.tidegate.control.keys;

import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Repository;

/** API keys in the database. */
@Repository
class ApiKeyStore {
  private final Database database;
  private final ProgramRoleStore roles;

  ApiKeyStore(Database database, ProgramRoleStore roles) {
    this.database = database;
    this.roles = roles;
  }

  List<ApiKey> list(String organizationId) {
    return database
        .sql()
        .sql("select * from api_key where organization_id = ? order by created_at, id")
        .param(organizationId)
        .query(ApiKeyStore::key)
        .list()
        .stream()
        .map(this::withRoles)
        .toList();
  }

  Optional<ApiKey> find(String reference) {
    return database
        .sql()
        .sql("select * from api_key where id = ? or public_key = ?")
        .params(reference, reference)
        .query(ApiKeyStore::key)
        .optional()
        .map(this::withRoles);
  }

  Optional<String> digestSecrets(String id) {
    return database
        .sql()
        .sql("select digest_secrets from api_key where id = ?")
        .param(id)
        .query(String.class)
        .optional();
  }

  void insert(ApiKey key, String digestSecrets) {
    database
        .sql()
        .sql(
            """
            insert into api_key (id, organization_id, public_key, description, digest_secrets,
                                 version, created_at)
            values (?, ?, ?, ?, ?, 1, ?)
            """)
        .params(
            key.id(),
            key.organizationId(),
            key.publicKey(),
            key.description(),
            digestSecrets,
            key.createdAt().toEpochMilli())
        .update();
    roles.replace(key.id(), key.assignments());
  }

  void update(ApiKey key) {
    database
        .sql()
        .sql("update api_key set description = ?, version = version + 1 where id = ?")
        .params(key.description(), key.id())
        .update();
    roles.replace(key.id(), key.assignments());
  }

  void delete(String id) {
    roles.clear(id);
    database.sql().sql("delete from api_key where id = ?").param(id).update();
  }

  private ApiKey withRoles(ApiKey key) {
    return new ApiKey(
        key.id(),
        key.organizationId(),
        key.publicKey(),
        key.description(),
        roles.of(key.id()),
        key.version(),
        key.createdAt());
  }

  private static ApiKey key(ResultSet row, int number) throws SQLException {
    return new ApiKey(
        row.getString("id"),
        row.getString("organization_id"),
        row.getString("public_key"),
        row.getString("description"),
        List.of(),
        row.getLong("version"),
        Columns.instant(row, "created_at"));
  }
}
