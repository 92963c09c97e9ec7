package io.tidegate.control.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A database from before roles were named as Atlas does is brought forward with all that it has.
 */
class RoleMigrationTest {
  private static final String BEFORE = "4";
  private static final List<String> OLD_ROWS =
      List.of(
          "insert into organization values ('org', 'acme', 1, 1)",
          "insert into project values ('shop', 'org', 'shop', 'Shop', 1, 1)",
          person("admin", "USER"),
          person("owner", "USER"),
          person("member", "USER"),
          person("nobody", "USER"),
          person("support", "VENDOR"),
          "insert into role_assignment values ('admin', 'ORG_ADMIN', null)",
          "insert into role_assignment values ('owner', 'PROJECT_OWNER', 'shop')",
          "insert into role_assignment values ('member', 'MEMBER', 'shop')",
          "insert into role_assignment values ('support', 'VENDOR', 'shop')",
          "insert into api_key values ('k1', 'org', 'aaaaaaaa', 'd', 's', 1, 1)",
          "insert into api_key values ('k2', 'org', 'bbbbbbbb', 'd', 's', 1, 1)",
          "insert into api_key values ('k3', 'org', 'cccccccc', 'd', 's', 1, 1)",
          "insert into program_role values ('k1', 'ORG_ADMIN', null)",
          "insert into program_role values ('k1', 'MEMBER', 'shop')",
          "insert into program_role values ('k2', 'PROJECT_OWNER', 'shop')");

  @TempDir Path folder;

  private static String person(String id, String kind) {
    return "insert into person values ('%s', 'org', '%s', '%s', '%s', 1, 'h', 1, 1, 1)"
        .formatted(id, id, id, kind);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void rolesAreRenamedAndEverybodyIsAMember(Backend backend) throws SQLException {
    Path file = folder.resolve("tidegate.db");
    String url =
        switch (backend) {
          case SQLITE -> "jdbc:sqlite:" + file;
          case POSTGRESQL ->
              Objects.requireNonNull(
                  (String) Plane.database(backend).get("tidegate.control.database-url"));
        };
    Flyway.configure(Database.class.getClassLoader())
        .dataSource(url, "", "")
        .locations("classpath:io/tidegate/control/db")
        .target(BEFORE)
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      for (String row : OLD_ROWS) {
        statement.execute(row);
      }
    }

    try (Database database =
        backend == Backend.SQLITE ? Database.sqlite(file) : Database.postgresql(url, null, null)) {
      assertThat(rows(database, "person_id", "role_assignment"))
          .containsExactlyInAnyOrder(
              "admin ORG_OWNER - org",
              "owner GROUP_OWNER shop org",
              "owner ORG_MEMBER - org",
              "member GROUP_READ_ONLY shop org",
              "member ORG_MEMBER - org",
              "nobody ORG_MEMBER - org",
              "support VENDOR - org");
      assertThat(rows(database, "program_id", "program_role"))
          .containsExactlyInAnyOrder(
              "k1 ORG_OWNER - org",
              "k1 GROUP_READ_ONLY shop org",
              "k2 GROUP_OWNER shop org",
              "k2 ORG_MEMBER - org",
              "k3 ORG_MEMBER - org");
    }
  }

  private static List<String> rows(Database database, String holder, String table) {
    return database
        .sql()
        .sql("select * from " + table)
        .query((row, _) ->
            String.join(
                " ",
                row.getString(holder),
                row.getString("role"),
                Optional.ofNullable(row.getString("project_id")).orElse("-"),
                row.getString("organization_id")))
        .list();
  }
}
