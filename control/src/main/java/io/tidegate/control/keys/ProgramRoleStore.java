package io.tidegate.control.keys;

import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Role;
import java.sql.Types;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Repository;

/** The roles of API keys in the database. */
@Repository
class ProgramRoleStore {
  private final Database database;

  ProgramRoleStore(Database database) {
    this.database = database;
  }

  List<Assignment> of(String programId) {
    return database
        .sql()
        .sql(
            """
            select role, organization_id, project_id from program_role where program_id = ?
            order by project_id, role
            """)
        .param(programId)
        .query((row, _) ->
            new Assignment(
                Role.valueOf(row.getString("role")),
                row.getString("organization_id"),
                row.getString("project_id")))
        .list();
  }

  /** Those that hold any role in the project. */
  Set<String> inProject(String projectId) {
    return database
        .sql()
        .sql("select distinct program_id from program_role where project_id = ?")
        .param(projectId)
        .query(String.class)
        .list()
        .stream()
        .collect(Collectors.toUnmodifiableSet());
  }

  void replace(String programId, List<Assignment> assignments) {
    clear(programId);
    for (Assignment assignment : assignments) {
      database
          .sql()
          .sql(
              """
              insert into program_role (program_id, role, project_id, organization_id)
              values (?, ?, ?, ?)
              """)
          .param(1, programId)
          .param(2, assignment.role().name())
          .param(3, assignment.projectId(), Types.VARCHAR)
          .param(4, assignment.organizationId())
          .update();
    }
  }

  void clear(String programId) {
    database.sql().sql("delete from program_role where program_id = ?").param(programId).update();
  }
}
