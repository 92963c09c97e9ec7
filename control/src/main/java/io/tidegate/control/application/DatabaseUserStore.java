package io.tidegate.control.application;

import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUser.Label;
import io.tidegate.control.application.DatabaseUser.Scope;
import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;

/** Database users in the database. */
@Repository
class DatabaseUserStore {
  private static final TypeReference<List<UserRole>> ROLES = new TypeReference<>() {};
  private static final TypeReference<List<Label>> LABELS = new TypeReference<>() {};

  private final Database database;
  private final Json json;

  DatabaseUserStore(Database database, Json json) {
    this.database = database;
    this.json = json;
  }

  /** Locks the project's row, so that its users are counted, and their names taken, in turn. */
  void hold(String projectId) {
    database.sql().sql("update project set id = id where id = ?").param(projectId).update();
  }

  List<DatabaseUser> inProject(String projectId) {
    return read("where project_id = ? order by username, auth_database", projectId);
  }

  Optional<DatabaseUser> find(String projectId, String authDatabase, String username) {
    return read(
            "where project_id = ? and auth_database = ? and username = ?",
            projectId,
            authDatabase,
            username)
        .stream()
        .findFirst();
  }

  List<DatabaseUser> all() {
    return read("order by project_id, username");
  }

  List<DatabaseUser> overdue(Instant now) {
    return read("where delete_after is not null and delete_after <= ?", now.toEpochMilli());
  }

  Optional<Instant> nextExpiry() {
    return database
        .sql()
        .sql(
            """
            select delete_after from database_user where delete_after is not null
            order by delete_after limit 1
            """)
        .query(Long.class)
        .optional()
        .map(Instant::ofEpochMilli);
  }

  /** What of the users' passwords is kept, sealed, by the user's id. */
  Map<String, String> verifiers() {
    Map<String, String> verifiers = new HashMap<>();
    database
        .sql()
        .sql("select id, verifiers from database_user where verifiers is not null")
        .query(row -> {
          verifiers.put(row.getString("id"), row.getString("verifiers"));
        });
    return verifiers;
  }

  void insert(DatabaseUser user, @Nullable String verifiers) {
    database
        .sql()
        .sql(
            """
            insert into database_user
              (id, project_id, auth_database, username, kind, roles, scopes, labels, description,
               verifiers, delete_after, version, created_at, updated_at)
            values (:id, :project, :auth, :username, :kind, :roles, :scopes, :labels, :description,
                    :verifiers, :end, 1, :now, :now)
            """)
        .param("id", user.id())
        .param("project", user.projectId())
        .param("auth", user.authDatabase())
        .param("username", user.username())
        .param("kind", user.kind().name())
        .param("roles", json.write(user.roles()))
        .param("scopes", json.write(ids(user)))
        .param("labels", json.write(user.labels()))
        .param("description", user.description())
        .param("verifiers", verifiers, Types.VARCHAR)
        .param("end", millis(user.deleteAfter()), Types.BIGINT)
        .param("now", user.createdAt().toEpochMilli())
        .update();
  }

  /**
   * @param verifiers null keeps what there is
   */
  void update(DatabaseUser user, @Nullable String verifiers) {
    database
        .sql()
        .sql(
            """
            update database_user set roles = :roles, scopes = :scopes, labels = :labels,
              description = :description, verifiers = coalesce(:verifiers, verifiers),
              delete_after = :end, version = version + 1, updated_at = :now
            where id = :id
            """)
        .param("id", user.id())
        .param("roles", json.write(user.roles()))
        .param("scopes", json.write(ids(user)))
        .param("labels", json.write(user.labels()))
        .param("description", user.description())
        .param("verifiers", verifiers, Types.VARCHAR)
        .param("end", millis(user.deleteAfter()), Types.BIGINT)
        .param("now", user.updatedAt().toEpochMilli())
        .update();
  }

  void delete(String id) {
    database.sql().sql("delete from database_user where id = ?").param(id).update();
  }

  private static List<String> ids(DatabaseUser user) {
    return user.scopes().stream().map(Scope::resourceId).toList();
  }

  private static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }

  private List<DatabaseUser> read(String rest, Object... values) {
    List<DatabaseUser> users =
        database
            .sql()
            .sql("select * from database_user " + rest)
            .params(values)
            .query(this::user)
            .list();
    if (users.stream().allMatch(user -> user.scopes().isEmpty())) {
      return users;
    }
    Map<String, String> names = new HashMap<>();
    database
        .sql()
        .sql("select id, name from resource")
        .query(row -> {
          names.put(row.getString("id"), row.getString("name"));
        });
    return users.stream().map(user -> named(user, names)).toList();
  }

  /** A cluster that is gone stays in the scope: without it the user would reach all others. */
  private static DatabaseUser named(DatabaseUser user, Map<String, String> names) {
    return new DatabaseUser(
        user.id(),
        user.projectId(),
        user.username(),
        user.kind(),
        user.roles(),
        user.scopes().stream()
            .map(scope ->
                new Scope(
                    scope.resourceId(), names.getOrDefault(scope.resourceId(), scope.resourceId())))
            .toList(),
        user.labels(),
        user.description(),
        user.deleteAfter(),
        user.version(),
        user.createdAt(),
        user.updatedAt());
  }

  private DatabaseUser user(ResultSet row, int number) throws SQLException {
    return new DatabaseUser(
        row.getString("id"),
        row.getString("project_id"),
        row.getString("username"),
        Kind.valueOf(row.getString("kind")),
        json.read(row.getString("roles"), ROLES),
        json.strings(row.getString("scopes")).stream().map(id -> new Scope(id, id)).toList(),
        json.read(row.getString("labels"), LABELS),
        row.getString("description"),
        Columns.optionalInstant(row, "delete_after"),
        row.getLong("version"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "updated_at"));
  }
}
