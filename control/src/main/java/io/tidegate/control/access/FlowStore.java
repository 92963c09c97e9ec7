package io.tidegate.control.access;

import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.PersonRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Repository;

/** Access flows in the database. */
@Repository
class FlowStore {
  private final Database database;
  private final People people;
  private final Json json;

  FlowStore(Database database, People people, Json json) {
    this.database = database;
    this.people = people;
    this.json = json;
  }

  /** As stored: people by id. */
  private record Row(
      String id,
      String accountId,
      AccessFlow.Approval approval,
      String requesters,
      String approvers,
      Duration defaultDuration,
      Duration maxDuration,
      boolean reasonRequired,
      long version,
      Instant createdAt,
      Instant updatedAt) {}

  Optional<AccessFlow> find(String id) {
    return database
        .sql()
        .sql("select * from access_flow where id = ? and deleted_at is null")
        .param(id)
        .query(FlowStore::row)
        .optional()
        .map(this::flow);
  }

  Optional<AccessFlow> ofAccount(String accountId) {
    return database
        .sql()
        .sql("select * from access_flow where live_account_id = ?")
        .param(accountId)
        .query(FlowStore::row)
        .optional()
        .map(this::flow);
  }

  /** Who made or changed it last; empty for flows older than this was noted. */
  String changedBy(String id) {
    return database
        .sql()
        .sql("select changed_by from access_flow where id = ?")
        .param(id)
        .query(String.class)
        .single();
  }

  void insert(AccessFlow flow, String changedBy) {
    database
        .sql()
        .sql(
            """
            insert into access_flow
              (id, account_id, live_account_id, approval, requesters, approvers,
               default_duration_s, max_duration_s, reason_required, version, created_at,
               updated_at, changed_by)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
            """)
        .params(
            flow.id(),
            flow.accountId(),
            flow.accountId(),
            flow.approval().name(),
            ids(flow.requesters()),
            ids(flow.approvers()),
            flow.defaultDuration().toSeconds(),
            flow.maxDuration().toSeconds(),
            Columns.number(flow.reasonRequired()),
            flow.createdAt().toEpochMilli(),
            flow.updatedAt().toEpochMilli(),
            changedBy)
        .update();
  }

  boolean update(AccessFlow flow, long expectedVersion, String changedBy) {
    return database
            .sql()
            .sql(
                """
                update access_flow set approval = ?, requesters = ?, approvers = ?,
                  default_duration_s = ?, max_duration_s = ?, reason_required = ?,
                  version = version + 1, updated_at = ?, changed_by = ?
                where id = ? and version = ? and deleted_at is null
                """)
            .params(
                flow.approval().name(),
                ids(flow.requesters()),
                ids(flow.approvers()),
                flow.defaultDuration().toSeconds(),
                flow.maxDuration().toSeconds(),
                Columns.number(flow.reasonRequired()),
                flow.updatedAt().toEpochMilli(),
                changedBy,
                flow.id(),
                expectedVersion)
            .update()
        > 0;
  }

  boolean delete(String id, long expectedVersion, Instant now) {
    return database
            .sql()
            .sql(
                """
                update access_flow set deleted_at = ?, live_account_id = null,
                  version = version + 1
                where id = ? and version = ? and deleted_at is null
                """)
            .params(now.toEpochMilli(), id, expectedVersion)
            .update()
        > 0;
  }

  private String ids(List<PersonRef> refs) {
    return json.write(refs.stream().map(PersonRef::id).toList());
  }

  private AccessFlow flow(Row row) {
    return new AccessFlow(
        row.id(),
        row.accountId(),
        row.approval(),
        refs(row.requesters()),
        refs(row.approvers()),
        row.defaultDuration(),
        row.maxDuration(),
        row.reasonRequired(),
        row.version(),
        row.createdAt(),
        row.updatedAt());
  }

  private List<PersonRef> refs(String text) {
    return json.strings(text).stream()
        .flatMap(id -> people.find(id).stream())
        .map(Person::ref)
        .toList();
  }

  private static Row row(ResultSet row, int number) throws SQLException {
    return new Row(
        row.getString("id"),
        row.getString("account_id"),
        AccessFlow.Approval.valueOf(row.getString("approval")),
        row.getString("requesters"),
        row.getString("approvers"),
        Duration.ofSeconds(row.getLong("default_duration_s")),
        Duration.ofSeconds(row.getLong("max_duration_s")),
        Columns.truth(row, "reason_required"),
        row.getLong("version"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "updated_at"));
  }
}
