package io.tidegate.control.network;

import io.tidegate.access.Cidr;
import io.tidegate.access.Network;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Refused;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

/** Access lists in the database. */
@Service
class StoredAccessList implements AccessList, NetworkRules {
  private static final int MOST_ENTRIES = 200;
  private static final int LONGEST_COMMENT = 80;

  private final Database database;
  private final Projects projects;
  private final Audit audit;
  private final Changes changes;
  private final Ids ids;
  private final InstantSource clock;
  private final ObjectProvider<Enforcement> enforcement;

  StoredAccessList(
      Database database,
      Projects projects,
      Audit audit,
      Changes changes,
      Ids ids,
      InstantSource clock,
      ObjectProvider<Enforcement> enforcement) {
    this.database = database;
    this.projects = projects;
    this.audit = audit;
    this.changes = changes;
    this.ids = ids;
    this.clock = clock;
    this.enforcement = enforcement;
  }

  @Override
  public List<AccessListEntry> list(Actor actor, String projectReference) {
    return of(projects.project(actor, projectReference));
  }

  @Override
  public AccessListEntry entry(Actor actor, String projectReference, String range) {
    return entry(projects.project(actor, projectReference), range);
  }

  private AccessListEntry entry(Project project, String text) {
    Cidr range;
    try {
      range = Cidr.parse(text);
    } catch (IllegalArgumentException e) {
      throw Refused.notFound("access list entry", text);
    }
    return of(project).stream()
        .filter(entry -> entry.range().equals(range))
        .findFirst()
        .orElseThrow(() -> Refused.notFound("access list entry", text));
  }

  /** A draft that was looked at. */
  private record Checked(Cidr range, String text, String comment, @Nullable Instant deleteAfter) {}

  @Override
  public List<AccessListEntry> add(Actor actor, String projectReference, List<Draft> drafts) {
    return audit.act(
        actor,
        "access-list.add",
        Target.of("project", projectReference),
        () -> {
          Project project = managed(actor, projectReference);
          // Two at once must not take the list over its limit, nor add one range twice.
          database
              .sql()
              .sql("update project set id = id where id = ?")
              .param(project.id())
              .update();
          List<Checked> wanted = new ArrayList<>();
          for (Draft draft : drafts) {
            wanted.add(checked(draft));
          }
          if (wanted.isEmpty()) {
            throw new Refused(ErrorCode.BAD_INPUT, "Name at least one address or range.");
          }
          for (Checked one : wanted) {
            put(actor, project, one);
          }
          List<AccessListEntry> list = of(project);
          if (list.size() > MOST_ENTRIES) {
            throw new Refused(
                ErrorCode.STATE_CONFLICT,
                "An access list has at most " + MOST_ENTRIES + " entries.",
                "Remove some, or join neighbours in one range.");
          }
          return list;
        });
  }

  private void put(Actor actor, Project project, Checked wanted) {
    Optional<AccessListEntry> known =
        of(project).stream().filter(entry -> entry.range().equals(wanted.range())).findFirst();
    String id = known.map(AccessListEntry::id).orElseGet(() -> ids.next("ale"));
    Instant deleteAfter = wanted.deleteAfter();
    if (known.isPresent()) {
      if (known.get().comment().equals(wanted.comment())
          && Objects.equals(known.get().deleteAfter(), deleteAfter)) {
        return;
      }
      database
          .sql()
          .sql(
              "update access_list_entry set comment = :comment, delete_after = :end where id = :id")
          .param("id", id)
          .param("comment", wanted.comment())
          .param("end", millis(deleteAfter), Types.BIGINT)
          .update();
    } else {
      database
          .sql()
          .sql(
              """
              insert into access_list_entry
                (id, project_id, range_key, range_text, comment, delete_after, created_at)
              values (:id, :project, :key, :text, :comment, :end, :now)
              """)
          .param("id", id)
          .param("project", project.id())
          .param("key", wanted.range().toString())
          .param("text", wanted.text())
          .param("comment", wanted.comment())
          .param("end", millis(deleteAfter), Types.BIGINT)
          .param("now", clock.millis())
          .update();
    }
    audit.done(
        actor,
        known.isPresent() ? "access-list.update" : "access-list.add",
        target(project, id, wanted.text()),
        "comment",
        wanted.comment(),
        "deleteAfter",
        deleteAfter == null ? "" : deleteAfter.toString());
    changes.changed(id);
  }

  private static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }

  private Checked checked(Draft draft) {
    Cidr range;
    try {
      range = Cidr.parse(draft.range());
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "'" + clip(draft.range()) + "' is neither an address nor a range.",
          "Write it like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.");
    }
    String comment = Names.text("comment", Objects.requireNonNullElse(draft.comment(), ""));
    if (comment.length() > LONGEST_COMMENT) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "comment must have at most " + LONGEST_COMMENT + " characters.");
    }
    Instant deleteAfter = draft.deleteAfter();
    if (deleteAfter != null) {
      Instant now = clock.instant();
      if (!deleteAfter.isAfter(now) || deleteAfter.isAfter(now.plus(Duration.ofDays(MOST_DAYS)))) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "deleteAfterDate must lie after now and within " + MOST_DAYS + " days.",
            "Take a nearer date, or leave it out for an entry that stays.");
      }
    }
    return new Checked(range, written(draft.range(), range), comment, deleteAfter);
  }

  /** As somebody wrote it, unless that has bits beyond the prefix. */
  private static String written(String text, Cidr range) {
    String address = text.contains("/") ? text.substring(0, text.indexOf('/')) : text;
    return Cidr.parse(address).network().equals(range.network()) ? text : range.toString();
  }

  private static String clip(String text) {
    return text.length() > 64 ? text.substring(0, 64) + "…" : text;
  }

  @Override
  public void remove(Actor actor, String projectReference, String range) {
    audit.endingAct(
        actor,
        "access-list.remove",
        Target.of("project", projectReference),
        () -> {
          Project project = managed(actor, projectReference);
          AccessListEntry entry = entry(project, range);
          delete(entry);
          audit.done(actor, "access-list.remove", target(project, entry.id(), entry.text()));
          return entry;
        });
  }

  private void delete(AccessListEntry entry) {
    database.sql().sql("delete from access_list_entry where id = ?").param(entry.id()).update();
    changes.changed(entry.id());
  }

  @Override
  public boolean inForce(Actor actor, String projectReference, String range) {
    AccessListEntry entry = entry(actor, projectReference, range);
    Enforcement present = enforcement.getIfAvailable();
    return present == null || present.inForce(entry.projectId());
  }

  @Override
  public Network of(String projectId) {
    return new Network(
        false,
        rows("where project_id = ?", projectId).stream()
            .map(entry -> new Network.Range(entry.range(), entry.deleteAfter()))
            .toList(),
        List.of());
  }

  @Override
  public void removeOverdue() {
    for (AccessListEntry entry :
        rows("where delete_after is not null and delete_after <= ?", clock.millis())) {
      Actor system = Actor.system(organizationOf(entry.projectId()));
      Target target = new Target("access-list-entry", entry.id(), entry.text());
      audit.endingAct(
          system,
          "access-list.expire",
          target,
          () -> {
            delete(entry);
            audit.done(system, "access-list.expire", target, "project", entry.projectId());
            return entry;
          });
    }
  }

  private String organizationOf(String projectId) {
    return database
        .sql()
        .sql("select organization_id from project where id = ?")
        .param(projectId)
        .query(String.class)
        .single();
  }

  @Override
  public Optional<Instant> nextExpiry() {
    return database
        .sql()
        .sql(
            """
            select delete_after from access_list_entry where delete_after is not null
            order by delete_after limit 1
            """)
        .query(Long.class)
        .optional()
        .map(Instant::ofEpochMilli);
  }

  private Project managed(Actor actor, String reference) {
    Project project = projects.project(actor, reference);
    if (!actor.managesNetwork(project.id())) {
      throw Refused.notAllowed(
          "Only owners of the project and of the organization change its access list.");
    }
    return project;
  }

  private static Target target(Project project, String id, String text) {
    return new Target("access-list-entry", id, project.name() + " " + text);
  }

  private List<AccessListEntry> of(Project project) {
    return rows("where project_id = ?", project.id());
  }

  private List<AccessListEntry> rows(String where, Object value) {
    return database
        .sql()
        .sql("select * from access_list_entry " + where + " order by created_at, id")
        .param(value)
        .query(StoredAccessList::entry)
        .list();
  }

  private static AccessListEntry entry(ResultSet row, int number) throws SQLException {
    return new AccessListEntry(
        row.getString("id"),
        row.getString("project_id"),
        Cidr.parse(row.getString("range_key")),
        row.getString("range_text"),
        row.getString("comment"),
        Columns.optionalInstant(row, "delete_after"),
        Columns.instant(row, "created_at"));
  }
}
