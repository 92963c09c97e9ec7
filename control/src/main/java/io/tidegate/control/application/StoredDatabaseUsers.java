package io.tidegate.control.application;

import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUser.Label;
import io.tidegate.control.application.DatabaseUser.Scope;
import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.cluster.RoleHolders;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Database users and the rules of what they may be. */
@Service
class StoredDatabaseUsers implements DatabaseUsers, RoleHolders {
  private static final int MOST_USERS = 100;
  private static final int LONGEST_DESCRIPTION = 100;
  private static final int LONGEST_LABEL = 255;
  private static final int MOST_LABELS = 50;

  private final DatabaseUserStore store;
  private final CertificateStore certificates;
  private final UserRoles userRoles;
  private final Verifiers verifiers;
  private final ApplicationReach reach;
  private final Projects projects;
  private final Resources resources;
  private final Audit audit;
  private final Changes changes;
  private final Ids ids;
  private final InstantSource clock;

  StoredDatabaseUsers(
      DatabaseUserStore store,
      CertificateStore certificates,
      UserRoles userRoles,
      Verifiers verifiers,
      ApplicationReach reach,
      Projects projects,
      Resources resources,
      Audit audit,
      Changes changes,
      Ids ids,
      InstantSource clock) {
    this.store = store;
    this.certificates = certificates;
    this.userRoles = userRoles;
    this.verifiers = verifiers;
    this.reach = reach;
    this.projects = projects;
    this.resources = resources;
    this.audit = audit;
    this.changes = changes;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public List<DatabaseUser> list(Actor actor, String projectReference) {
    return store.inProject(projects.project(actor, projectReference).id());
  }

  @Override
  public DatabaseUser user(
      Actor actor, String projectReference, String authDatabase, String username) {
    return found(projects.project(actor, projectReference), authDatabase, username);
  }

  private DatabaseUser found(Project project, String authDatabase, String username) {
    return store
        .find(project.id(), authDatabase, username)
        .orElseThrow(() -> Refused.notFound("user", username));
  }

  @Override
  public DatabaseUser create(Actor actor, String projectReference, Draft draft) {
    UserNames.check(draft.username(), draft.kind());
    Secret password = draft.password();
    if (draft.kind() == Kind.SCRAM && password == null) {
      throw new Refused(ErrorCode.BAD_INPUT, "password is required for a user that has one.");
    }
    Verifiers.@Nullable Pair pair = derived(draft.kind(), draft.username(), password);
    return audit.act(
        actor,
        "database-user.create",
        Target.of("database-user", draft.username()),
        () -> {
          Project project = managed(actor, projectReference);
          store.hold(project.id());
          userRoles.check(project.id(), draft.roles());
          if (store.find(project.id(), draft.kind().authDatabase(), draft.username()).isPresent()) {
            throw new Refused(
                    ErrorCode.NAME_TAKEN,
                    "There is a database user '" + draft.username() + "' already.")
                .about("database user");
          }
          if (store.inProject(project.id()).size() >= MOST_USERS) {
            throw new Refused(
                ErrorCode.STATE_CONFLICT,
                "A project has at most " + MOST_USERS + " database users.",
                "Delete one that nobody needs.");
          }
          Instant now = clock.instant();
          String id = ids.next("dbu");
          DatabaseUser user =
              new DatabaseUser(
                  id,
                  project.id(),
                  draft.username(),
                  draft.kind(),
                  draft.roles(),
                  scopes(actor, project, draft.scopes()),
                  checkedLabels(draft.labels()),
                  described(draft.description()),
                  within(draft.deleteAfter(), now),
                  1,
                  now,
                  now);
          store.insert(user, pair == null ? null : verifiers.seal(pair, id));
          audit.done(actor, "database-user.create", target(project, user), facts(user));
          changes.changed(id);
          return found(project, user.authDatabase(), user.username());
        });
  }

  @Override
  public DatabaseUser update(
      Actor actor, String projectReference, String authDatabase, String username, Change change) {
    Verifiers.@Nullable Pair pair =
        derived(
            user(actor, projectReference, authDatabase, username).kind(),
            username,
            change.password());
    return audit.act(
        actor,
        "database-user.update",
        Target.of("database-user", username),
        () -> {
          Project project = managed(actor, projectReference);
          store.hold(project.id());
          DatabaseUser old = found(project, authDatabase, username);
          List<UserRole> roles = change.roles();
          if (roles != null) {
            userRoles.check(project.id(), roles);
          }
          List<String> scopes = change.scopes();
          List<Label> labels = change.labels();
          String description = change.description();
          Instant now = clock.instant();
          DatabaseUser user =
              new DatabaseUser(
                  old.id(),
                  old.projectId(),
                  old.username(),
                  old.kind(),
                  roles == null ? old.roles() : roles,
                  scopes == null ? old.scopes() : scopes(actor, project, scopes),
                  labels == null ? old.labels() : checkedLabels(labels),
                  description == null ? old.description() : described(description),
                  ended(old, change.end(), now),
                  old.version() + 1,
                  old.createdAt(),
                  now);
          store.update(user, pair == null ? null : verifiers.seal(pair, user.id()));
          List<String> facts = new ArrayList<>(List.of(facts(user)));
          facts.addAll(List.of("newPassword", Boolean.toString(pair != null)));
          audit.done(
              actor, "database-user.update", target(project, user), facts.toArray(String[]::new));
          changes.changed(user.id());
          return found(project, authDatabase, username);
        });
  }

  private static @Nullable Instant ended(DatabaseUser old, @Nullable End end, Instant now) {
    if (end == null || Objects.equals(end.deleteAfter(), old.deleteAfter())) {
      return old.deleteAfter();
    }
    if (old.deleteAfter() == null) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "deleteAfterDate: a user that was made to stay cannot become a temporary one.",
          "Delete it when its time has come, or make a temporary user beside it.");
    }
    return within(end.deleteAfter(), now);
  }

  private Verifiers.@Nullable Pair derived(Kind kind, String username, @Nullable Secret password) {
    if (password == null) {
      return null;
    }
    if (kind != Kind.SCRAM) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "password: only users of the database admin without another way to sign in have one.",
          "Leave it out.");
    }
    return verifiers.derive(username, password);
  }

  @Override
  public void delete(Actor actor, String projectReference, String authDatabase, String username) {
    audit.endingAct(
        actor,
        "database-user.delete",
        Target.of("database-user", username),
        () -> {
          Project project = managed(actor, projectReference);
          DatabaseUser user = found(project, authDatabase, username);
          remove(user);
          audit.done(actor, "database-user.delete", target(project, user));
          return user;
        });
  }

  private void remove(DatabaseUser user) {
    store.delete(user.id());
    // A user of the same name may come again, and is somebody else.
    certificates.revoke(user.id(), clock.instant());
    changes.changed(user.id());
  }

  /** Removes the users whose time is over. */
  void removeOverdue() {
    for (DatabaseUser user : store.overdue(clock.instant())) {
      Actor system = Actor.system("");
      Target target = new Target("database-user", user.id(), user.username());
      audit.endingAct(
          system,
          "database-user.expire",
          target,
          () -> {
            remove(user);
            audit.done(system, "database-user.expire", target, "project", user.projectId());
            return user;
          });
    }
  }

  @Override
  public List<Reach> reach(Actor actor, DatabaseUser user) {
    // Looked up again: who asks may have lost the right to see it.
    DatabaseUser present = user(actor, user.projectId(), user.authDatabase(), user.username());
    return reaches(actor, present.projectId()).getOrDefault(present.id(), List.of());
  }

  @Override
  public Map<String, List<Reach>> reaches(Actor actor, String projectReference) {
    return reach.ofProject(projects.project(actor, projectReference).id());
  }

  @Override
  public List<String> holding(String projectId, String roleName) {
    return store.inProject(projectId).stream()
        .filter(user ->
            user.roles().stream()
                .anyMatch(
                    role -> role.role().equals(roleName) && role.db().equals(UserNames.ADMIN)))
        .map(user -> "database user " + user.username())
        .toList();
  }

  private Project managed(Actor actor, String reference) {
    Project project = projects.project(actor, reference);
    if (!actor.managesDatabaseUsers(project.id())) {
      throw notTheirs();
    }
    return project;
  }

  static Refused notTheirs() {
    return Refused.notAllowed(
        "Only owners and database access administrators of the project change its database users.");
  }

  private List<Scope> scopes(Actor actor, Project project, List<String> names) {
    List<Scope> scopes = new ArrayList<>();
    for (String name : names) {
      Resource resource = resources.resource(actor, project.id(), name);
      Scope scope = new Scope(resource.id(), resource.name());
      if (!scopes.contains(scope)) {
        scopes.add(scope);
      }
    }
    return scopes;
  }

  private static List<Label> checkedLabels(List<Label> labels) {
    if (labels.size() > MOST_LABELS) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "A database user has at most " + MOST_LABELS + " labels.");
    }
    for (Label label : labels) {
      length("labels.key", label.key());
      length("labels.value", label.value());
    }
    return labels;
  }

  private static void length(String field, String text) {
    Names.text(field, text);
    if (text.isEmpty() || text.length() > LONGEST_LABEL) {
      throw new Refused(
          ErrorCode.BAD_INPUT, field + " must have 1 to " + LONGEST_LABEL + " characters.");
    }
  }

  private static String described(String description) {
    String text = Names.text("description", description);
    if (text.length() > LONGEST_DESCRIPTION) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "description must have at most " + LONGEST_DESCRIPTION + " characters.");
    }
    return text;
  }

  private static @Nullable Instant within(@Nullable Instant deleteAfter, Instant now) {
    if (deleteAfter != null
        && (!deleteAfter.isAfter(now)
            || deleteAfter.isAfter(now.plus(Duration.ofDays(MOST_DAYS))))) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "deleteAfterDate must lie after now and within " + MOST_DAYS + " days.",
          "Take a nearer date, or leave it out for a user that stays.");
    }
    return deleteAfter;
  }

  private static Target target(Project project, DatabaseUser user) {
    return new Target("database-user", user.id(), project.name() + " " + user.username());
  }

  /** All that decides what it may do; never a secret. */
  private static String[] facts(DatabaseUser user) {
    Instant end = user.deleteAfter();
    return new String[] {
      "kind",
      user.kind().name(),
      "roles",
      user.roles().stream().map(StoredDatabaseUsers::words).collect(Collectors.joining(", ")),
      "clusters",
      user.scopes().isEmpty()
          ? "all"
          : user.scopes().stream().map(Scope::name).collect(Collectors.joining(", ")),
      "deleteAfter",
      end == null ? "" : end.toString()
    };
  }

  private static String words(UserRole role) {
    String collection = role.collection();
    return role.role() + " on " + role.db() + (collection == null ? "" : "." + collection);
  }
}
