package io.tidegate.control.cluster;

import io.tidegate.access.Action;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Namespace;
import io.tidegate.access.Privilege;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Refused;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;
import tools.jackson.core.type.TypeReference;

/** Custom roles in the database. */
@Service
class StoredCustomRoles implements CustomRoles, RolePrivileges {
  private static final TypeReference<List<CustomRole.Rights>> RIGHTS = new TypeReference<>() {};
  private static final TypeReference<List<RoleBinding>> ROLES = new TypeReference<>() {};
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,62}");
  private static final int MOST_ROLES = 100;
  private static final int MOST_PARTS = 2_000;

  private final Database database;
  private final Projects projects;
  private final Audit audit;
  private final Changes changes;
  private final Json json;
  private final Ids ids;
  private final InstantSource clock;
  private final ObjectProvider<RoleHolders> otherHolders;

  StoredCustomRoles(
      Database database,
      Projects projects,
      Audit audit,
      Changes changes,
      Json json,
      Ids ids,
      InstantSource clock,
      ObjectProvider<RoleHolders> otherHolders) {
    this.otherHolders = otherHolders;
    this.database = database;
    this.projects = projects;
    this.audit = audit;
    this.changes = changes;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
  }

  /** An account as far as its roles go. */
  private record Holder(String id, String name, List<RoleBinding> roles) {
    boolean hasAnyOf(Set<String> names) {
      return roles.stream()
          .anyMatch(role -> role.db().equals(RoleGraph.DATABASE) && names.contains(role.role()));
    }
  }

  @Override
  public List<CustomRole> list(Actor actor, String projectReference) {
    return of(projects.project(actor, projectReference).id());
  }

  @Override
  public CustomRole role(Actor actor, String projectReference, String reference) {
    return list(actor, projectReference).stream()
        .filter(role -> role.id().equals(reference) || role.name().equals(reference))
        .findFirst()
        .orElseThrow(() -> Refused.notFound("custom role", reference));
  }

  @Override
  public CustomRole create(Actor actor, String projectReference, Draft draft) {
    return audit.act(
        actor,
        "role.create",
        Target.of("role", draft.name()),
        () -> {
          Project project = project(actor, projectReference);
          hold(project.id());
          List<CustomRole> present = of(project.id());
          if (present.size() >= MOST_ROLES) {
            throw new Refused(
                ErrorCode.STATE_CONFLICT,
                "A project has at most " + MOST_ROLES + " custom roles.",
                "Delete one that nothing uses.");
          }
          checkName(draft.name());
          if (present.stream().anyMatch(role -> role.name().equals(draft.name()))) {
            throw new Refused(
                    ErrorCode.NAME_TAKEN, "There is a custom role '" + draft.name() + "' already.")
                .about("custom role");
          }
          check(draft, RoleGraph.of(present));
          String id = ids.next("rol");
          database
              .sql()
              .sql(
                  """
                  insert into custom_role (id, project_id, name, description, privileges, inherits,
                                           version, created_at, updated_at)
                  values (:id, :project, :name, :description, :privileges, :inherits, 1, :now, :now)
                  """)
              .param("id", id)
              .param("project", project.id())
              .param("name", draft.name())
              .param("description", Names.text("description", draft.description()))
              .param("privileges", json.write(draft.privileges()))
              .param("inherits", json.write(draft.inherits()))
              .param("now", clock.millis())
              .update();
          audit.done(actor, "role.create", new Target("role", id, draft.name()), facts(draft));
          return role(actor, project.id(), id);
        });
  }

  @Override
  public CustomRole update(
      Actor actor, String projectReference, String reference, long expectedVersion, Draft draft) {
    return audit.act(
        actor,
        "role.update",
        Target.of("role", reference),
        () -> {
          Project project = project(actor, projectReference);
          hold(project.id());
          CustomRole old = role(actor, project.id(), reference);
          if (!draft.name().equals(old.name())) {
            throw new Refused(
                ErrorCode.BAD_INPUT,
                "name: a custom role keeps its name.",
                "Make a new role and give that to the accounts.");
          }
          RoleGraph graph = RoleGraph.of(of(project.id()));
          check(draft, graph);
          atVersion(
              expectedVersion,
              database
                  .sql()
                  .sql(
                      """
                      update custom_role set description = :description, privileges = :privileges,
                        inherits = :inherits, version = version + 1, updated_at = :now
                      where id = :id and version = :version
                      """)
                  .param("id", old.id())
                  .param("version", expectedVersion)
                  .param("description", Names.text("description", draft.description()))
                  .param("privileges", json.write(draft.privileges()))
                  .param("inherits", json.write(draft.inherits()))
                  .param("now", clock.millis())
                  .update());
          if (!draft.privileges().equals(old.privileges())
              || !draft.inherits().equals(old.inherits())) {
            newTerms(project.id(), graph.heirs(old.name()));
            changes.changed(old.id());
          }
          audit.done(actor, "role.update", new Target("role", old.id(), old.name()), facts(draft));
          return role(actor, project.id(), old.id());
        });
  }

  @Override
  public void delete(Actor actor, String projectReference, String reference, long expectedVersion) {
    audit.act(
        actor,
        "role.delete",
        Target.of("role", reference),
        () -> {
          Project project = project(actor, projectReference);
          hold(project.id());
          CustomRole old = role(actor, project.id(), reference);
          List<String> users = new ArrayList<>();
          for (Holder holder : holders(project.id())) {
            if (holder.hasAnyOf(Set.of(old.name()))) {
              users.add("account " + holder.name());
            }
          }
          for (RoleHolders others : otherHolders) {
            users.addAll(others.holding(project.id(), old.name()));
          }
          for (CustomRole other : of(project.id())) {
            if (other.inherits().contains(new RoleBinding(old.name(), RoleGraph.DATABASE))) {
              users.add("role " + other.name());
            }
          }
          if (!users.isEmpty()) {
            throw new Refused(
                    ErrorCode.IN_USE,
                    "The role '" + old.name() + "' is in use by " + String.join(", ", users) + ".",
                    "Take it from these first.")
                .about("custom role");
          }
          atVersion(
              expectedVersion,
              database
                  .sql()
                  .sql("delete from custom_role where id = ? and version = ?")
                  .params(old.id(), expectedVersion)
                  .update());
          audit.done(actor, "role.delete", new Target("role", old.id(), old.name()));
          return old;
        });
  }

  @Override
  public List<Privilege> of(String projectId, List<RoleBinding> roles) {
    return RoleGraph.of(of(projectId)).privileges(roles);
  }

  @Override
  public void require(String projectId, List<RoleBinding> roles) {
    if (roles.stream().allMatch(role -> BuiltInRoles.exists(role.role(), role.db()))) {
      return;
    }
    hold(projectId);
    requireAll("roles", roles, RoleGraph.of(of(projectId)));
  }

  /** Sessions of accounts that have one of these roles must not go on under the old privileges. */
  private void newTerms(String projectId, Set<String> names) {
    for (Holder holder : holders(projectId)) {
      if (holder.hasAnyOf(names)) {
        database
            .sql()
            .sql("update account set terms = terms + 1 where id = ?")
            .param(holder.id())
            .update();
        changes.changed(holder.id());
      }
    }
  }

  private List<Holder> holders(String projectId) {
    return database
        .sql()
        .sql(
            """
            select a.id, a.name, a.roles, r.name as resource_name
            from account a join resource r on r.id = a.resource_id
            where r.project_id = ? and a.deleted_at is null order by r.name, a.name
            """)
        .param(projectId)
        .query((row, _) ->
            new Holder(
                row.getString("id"),
                row.getString("resource_name") + "/" + row.getString("name"),
                json.read(row.getString("roles"), ROLES)))
        .list();
  }

  /**
   * Locks the project's row, so that nothing is given a role while that is changed or removed. The
   * update changes nothing; SQLite knows no {@code select … for update}.
   */
  private void hold(String projectId) {
    database.sql().sql("update project set id = id where id = ?").param(projectId).update();
  }

  private Project project(Actor actor, String reference) {
    Project project = projects.project(actor, reference);
    if (!actor.managesDatabaseUsers(project.id())) {
      throw Refused.notAllowed(
          "Only owners and database access administrators of the project change its custom roles.");
    }
    return project;
  }

  private List<CustomRole> of(String projectId) {
    return database
        .sql()
        .sql("select * from custom_role where project_id = ? order by name")
        .param(projectId)
        .query(this::role)
        .list();
  }

  private static void checkName(String name) {
    if (!NAME.matcher(name).matches() || name.startsWith("xgen-")) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "name must be 1 to 63 letters, digits, dashes and underscores, begin with no dash and not"
              + " with 'xgen-'.");
    }
    if (BuiltInRoles.exists(name, RoleGraph.DATABASE)) {
      throw new Refused(ErrorCode.NAME_TAKEN, "MongoDB has a built-in role '" + name + "'.");
    }
  }

  private static void check(Draft draft, RoleGraph present) {
    if (draft.privileges().isEmpty() && draft.inherits().isEmpty()) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "A custom role has privileges, inherits roles, or both.");
    }
    if (draft.privileges().size() > MOST_PARTS || draft.inherits().size() > MOST_PARTS) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "A custom role has at most " + MOST_PARTS + " privileges and inherited roles.");
    }
    draft.privileges().forEach(StoredCustomRoles::check);
    RoleGraph graph =
        present.with(draft.name(), new RoleGraph.Node(draft.privileges(), draft.inherits()));
    requireAll("inherits", draft.inherits(), graph);
    graph
        .cycle(draft.name())
        .ifPresent(way -> {
          throw new Refused(
              ErrorCode.BAD_INPUT,
              "inherits: a role cannot inherit itself, as in " + String.join(" → ", way) + ".");
        });
  }

  private static void check(CustomRole.Rights rights) {
    if (rights.actions().isEmpty()) {
      throw new Refused(ErrorCode.BAD_INPUT, "privileges.actions must name an action.");
    }
    Set<String> seen = new HashSet<>();
    for (String name : rights.actions()) {
      Action action = Action.named(name);
      if (action == null) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "privileges.actions: MongoDB has no action '" + name + "'.",
            "Spell it as MongoDB does, such as find or collStats.");
      }
      if (action == Action.ANY_ACTION || action == Action.INTERNAL) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "privileges.actions: '" + name + "' is for servers among themselves.",
            "Name each action that is needed.");
      }
      if (!seen.add(name)) {
        throw new Refused(
            ErrorCode.BAD_INPUT, "privileges.actions names '" + name + "' more than once.");
      }
    }
    check(rights.on());
  }

  private static void check(CustomRole.On on) {
    String db = on.db();
    String collection = on.collection();
    if (on.cluster() != null) {
      if (!on.cluster() || db != null || collection != null) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "privileges.on is either {\"cluster\": true} or a db and a collection.");
      }
      return;
    }
    if (db == null || collection == null) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "privileges.on is either {\"cluster\": true} or a db and a collection.",
          "Give both; an empty name means any.");
    }
    if (!db.isEmpty() && !Namespace.validDatabase(db)) {
      throw new Refused(ErrorCode.BAD_INPUT, "privileges.on.db is not the name of a database.");
    }
    if (!collection.isEmpty() && !Namespace.validCollection(collection)) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "privileges.on.collection is not the name of a collection.");
    }
  }

  private static void requireAll(String field, List<RoleBinding> roles, RoleGraph graph) {
    for (RoleBinding role : roles) {
      if (!graph.exists(role)) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            field
                + ": MongoDB has no built-in role '"
                + role.role()
                + "' in a database '"
                + role.db()
                + "', and the project has no custom role of that name.",
            "Custom roles are named in the database admin.");
      }
    }
  }

  private static String[] facts(Draft draft) {
    String privileges =
        draft.privileges().stream()
            .map(rights -> String.join(", ", rights.actions()) + " on " + words(rights.on()))
            .collect(Collectors.joining("; "));
    String inherits =
        draft.inherits().stream()
            .map(role -> role.role() + " on " + role.db())
            .collect(Collectors.joining(", "));
    return new String[] {"privileges", privileges, "inherits", inherits};
  }

  private static String words(CustomRole.On on) {
    return on.cluster() == null ? on.db() + "." + on.collection() : "the cluster";
  }

  private static void atVersion(long expected, int rows) {
    if (rows == 0) {
      throw new Refused(
          ErrorCode.VERSION_CONFLICT, "It is not at version " + expected + " any more.");
    }
  }

  private CustomRole role(ResultSet row, int number) throws SQLException {
    return new CustomRole(
        row.getString("id"),
        row.getString("project_id"),
        row.getString("name"),
        row.getString("description"),
        json.read(row.getString("privileges"), RIGHTS),
        json.read(row.getString("inherits"), ROLES),
        row.getLong("version"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "updated_at"));
  }
}
