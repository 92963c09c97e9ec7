package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Repository;

/** People and role assignments in the database. */
@Repository
class PersonStore {
  private final Database database;

  PersonStore(Database database) {
    this.database = database;
  }

  Optional<Person> find(String reference) {
    return database
        .sql()
        .sql("select * from person where id = ? or username = ?")
        .params(reference, reference)
        .query(PersonStore::person)
        .optional()
        .map(this::withAssignments);
  }

  Optional<String> passwordHash(String personId) {
    return database
        .sql()
        .sql("select password_hash from person where id = ?")
        .param(personId)
        .query(String.class)
        .optional();
  }

  List<Person> list(String organizationId, String afterUsername, int limit) {
    return database
        .sql()
        .sql(
            """
            select * from person where organization_id = ? and username > ?
            order by username limit ?
            """)
        .params(organizationId, afterUsername, limit)
        .query(PersonStore::person)
        .list()
        .stream()
        .map(this::withAssignments)
        .toList();
  }

  List<Person> holding(Role role, String projectId) {
    return database
        .sql()
        .sql(
            """
            select * from person where active = 1 and id in
              (select person_id from role_assignment
               where role = ? and project_id = ?)
            order by username
            """)
        .params(role.name(), projectId)
        .query(PersonStore::person)
        .list()
        .stream()
        .map(this::withAssignments)
        .toList();
  }

  void insert(Person person, String passwordHash) {
    database
        .sql()
        .sql(
            """
            insert into person (id, organization_id, username, display_name, kind, active,
                                password_hash, version, created_at, updated_at)
            values (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
            """)
        .params(
            person.id(),
            person.organizationId(),
            person.username(),
            person.displayName(),
            person.kind().name(),
            person.active() ? 1 : 0,
            passwordHash,
            person.createdAt().toEpochMilli(),
            person.createdAt().toEpochMilli())
        .update();
    assign(person.id(), person.assignments());
  }

  /** False when the version is not the stored one. */
  boolean update(Person person, long expectedVersion, Instant now) {
    int rows =
        database
            .sql()
            .sql(
                """
                update person set username = ?, display_name = ?, kind = ?, active = ?,
                  version = version + 1, updated_at = ?
                where id = ? and version = ?
                """)
            .params(
                person.username(),
                person.displayName(),
                person.kind().name(),
                person.active() ? 1 : 0,
                now.toEpochMilli(),
                person.id(),
                expectedVersion)
            .update();
    if (rows == 0) {
      return false;
    }
    database
        .sql()
        .sql("delete from role_assignment where person_id = ?")
        .param(person.id())
        .update();
    assign(person.id(), person.assignments());
    return true;
  }

  void setPassword(String personId, String passwordHash, Instant now) {
    database
        .sql()
        .sql(
            """
            update person set password_hash = ?, version = version + 1, updated_at = ? where id = ?
            """)
        .params(passwordHash, now.toEpochMilli(), personId)
        .update();
  }

  private void assign(String personId, List<Assignment> assignments) {
    for (Assignment assignment : assignments) {
      database
          .sql()
          .sql(
              """
              insert into role_assignment (person_id, role, project_id, organization_id)
              values (?, ?, ?, ?)
              """)
          .param(1, personId)
          .param(2, assignment.role().name())
          .param(3, assignment.projectId(), Types.VARCHAR)
          .param(4, assignment.organizationId())
          .update();
    }
  }

  /**
   * Adds the roles. A statement of its own after the rows were read: a query inside another would
   * hold two connections, and some day all of them.
   */
  private Person withAssignments(Person person) {
    List<Assignment> assignments =
        database
            .sql()
            .sql(
                """
                select role, organization_id, project_id from role_assignment where person_id = ?
                """)
            .param(person.id())
            .query((row, _) ->
                new Assignment(
                    Role.valueOf(row.getString("role")),
                    row.getString("organization_id"),
                    row.getString("project_id")))
            .list();
    return new Person(
        person.id(),
        person.organizationId(),
        person.username(),
        person.displayName(),
        person.kind(),
        person.active(),
        assignments,
        person.version(),
        person.createdAt());
  }

  private static Person person(ResultSet row, int number) throws SQLException {
    return new Person(
        row.getString("id"),
        row.getString("organization_id"),
        row.getString("username"),
        row.getString("display_name"),
        Person.Kind.valueOf(row.getString("kind")),
        Columns.truth(row, "active"),
        List.of(),
        row.getLong("version"),
        Columns.instant(row, "created_at"));
  }
}
