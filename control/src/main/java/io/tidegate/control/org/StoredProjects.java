package io.tidegate.control.org;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;

/** Organization and projects in the database. */
@Service
class StoredProjects implements Projects, Organizations {
  private final Database database;
  private final Audit audit;
  private final Ids ids;
  private final InstantSource clock;

  StoredProjects(Database database, Audit audit, Ids ids, InstantSource clock) {
    this.database = database;
    this.audit = audit;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Page<Project> list(Actor actor, Page.Ask ask) {
    // Projects are few; those that the actor may not see are left out after reading.
    List<Project> rows =
        database
            .sql()
            .sql("select * from project where organization_id = ? and name > ? order by name")
            .params(actor.organizationId(), ask.after())
            .query(StoredProjects::project)
            .list()
            .stream()
            .filter(project -> actor.sees(project.id()))
            .limit(ask.limit() + 1L)
            .toList();
    return Page.cut(rows, ask, Project::name);
  }

  @Override
  public Project project(Actor actor, String reference) {
    return database
        .sql()
        .sql("select * from project where id = ? or (organization_id = ? and name = ?)")
        .params(reference, actor.organizationId(), reference)
        .query(StoredProjects::project)
        .list()
        .stream()
        .filter(project -> actor.sees(project.id()))
        .findFirst()
        .orElseThrow(() -> Refused.notFound("project", reference));
  }

  @Override
  public Project create(Actor actor, String name, String displayName) {
    Names.slug("name", name);
    String title = Names.text("displayName", displayName);
    return audit.act(
        actor,
        "project.create",
        new Target("project", name, name),
        () -> {
          if (!actor.createsProjects(actor.organizationId())) {
            throw Refused.notAllowed(
                "Only owners of the organization and its project creators make projects.");
          }
          Instant now = clock.instant();
          Project project = new Project(ids.hex24(), actor.organizationId(), name, title, 1, now);
          try {
            database
                .sql()
                .sql(
                    """
                    insert into project (id, organization_id, name, display_name, version, created_at)
                    values (?, ?, ?, ?, 1, ?)
                    """)
                .params(project.id(), actor.organizationId(), name, title, now.toEpochMilli())
                .update();
          } catch (DataAccessException e) {
            if (Database.isDuplicate(e)) {
              throw new Refused(ErrorCode.NAME_TAKEN, "There is a project '" + name + "' already.");
            }
            throw e;
          }
          audit.done(actor, "project.create", new Target("project", project.id(), name));
          return project;
        });
  }

  @Override
  public Optional<String> organizationId() {
    return home(database);
  }

  /** The organization that was made first runs the installation. */
  static Optional<String> home(Database database) {
    return database
        .sql()
        .sql("select id from organization order by created_at, id limit 1")
        .query(String.class)
        .optional();
  }

  @Override
  public String ensure(String name) {
    return database.inTransaction(() ->
        organizationId()
            .orElseGet(() -> {
              String id = ids.hex24();
              database
                  .sql()
                  .sql(
                      """
                      insert into organization (id, name, version, created_at)
                      values (?, ?, 1, ?)
                      """)
                  .params(id, name, clock.millis())
                  .update();
              audit.done(
                  Actor.system(id), "organization.create", new Target("organization", id, name));
              return id;
            }));
  }

  private static Project project(ResultSet row, int number) throws SQLException {
    return new Project(
        row.getString("id"),
        row.getString("organization_id"),
        row.getString("name"),
        row.getString("display_name"),
        row.getLong("version"),
        Instant.ofEpochMilli(row.getLong("created_at")));
  }
}
