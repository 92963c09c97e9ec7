package io.tidegate.control.access;

import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.PersonRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Requests and decisions in the database. */
@Repository
class RequestStore {
  private static final String SELECT =
      """
      select q.*, p.name as project_name, r.name as resource_name, a.name as account_name,
             u.username, u.display_name, g.id as grant_id,
             c.username as closer_username, c.display_name as closer_name,
             v.approver_id, v.approved, v.reason as decision_reason, v.created_at as decided_at,
             w.username as approver_username, w.display_name as approver_name
      from access_request q
      join project p on p.id = q.project_id
      join resource r on r.id = q.resource_id
      join account a on a.id = q.account_id
      join person u on u.id = q.requester_id
      left join access_grant g on g.request_id = q.id
      left join person c on c.id = q.closed_by
      left join approval v on v.request_id = q.id
      left join person w on w.id = v.approver_id
      """;

  private final Database database;

  RequestStore(Database database) {
    this.database = database;
  }

  /** False when a request of the same person for the same account waits already. */
  boolean insert(AccessRequest request, Instant expiresAt) {
    boolean open = request.state() instanceof RequestState.PendingApproval;
    return database
            .sql()
            .sql(
                """
                insert into access_request
                  (id, project_id, resource_id, account_id, requester_id, flow_id, flow_version,
                   approval, duration_s, reason, status, expires_at, open_key, version, created_at,
                   updated_at)
                values (:id, :project, :resource, :account, :requester, :flow, :flowVersion,
                        :approval, :duration, :reason, :status, :expires, :open, 1, :now, :now)
                on conflict (open_key) do nothing
                """)
            .param("id", request.id())
            .param("project", request.projectId())
            .param("resource", request.resourceId())
            .param("account", request.accountId())
            .param("requester", request.requester().id())
            .param("flow", request.flowId())
            .param("flowVersion", request.flowVersion())
            .param("approval", request.approval().name())
            .param("duration", request.duration().toSeconds())
            .param("reason", request.reason())
            .param("status", request.status().name())
            .param("expires", expiresAt.toEpochMilli())
            .param(
                "open",
                open ? openKey(request.requester().id(), request.accountId()) : null,
                Types.VARCHAR)
            .param("now", request.createdAt().toEpochMilli())
            .update()
        > 0;
  }

  private static String openKey(String personId, String accountId) {
    return personId + "/" + accountId;
  }

  /** Leaves PENDING_APPROVAL; false when it has left already. */
  boolean close(
      String id, RequestState.Status to, @Nullable String byPersonId, String reason, Instant at) {
    return database
            .sql()
            .sql(
                """
                update access_request set status = :to, closed_by = :by, closed_reason = :reason,
                  closed_at = :at, open_key = null, version = version + 1, updated_at = :at
                where id = :id and status = 'PENDING_APPROVAL'
                """)
            .param("id", id)
            .param("to", to.name())
            .param("by", byPersonId, Types.VARCHAR)
            .param("reason", reason)
            .param("at", at.toEpochMilli())
            .update()
        > 0;
  }

  /** ACTIVE becomes ENDED with its grant. */
  void markEnded(String id, Instant at) {
    database
        .sql()
        .sql(
            """
            update access_request set status = 'ENDED', closed_at = ?, version = version + 1,
              updated_at = ?
            where id = ? and status = 'ACTIVE'
            """)
        .params(at.toEpochMilli(), at.toEpochMilli(), id)
        .update();
  }

  void decided(
      String approvalId,
      String requestId,
      String approverId,
      boolean approved,
      String reason,
      Instant at) {
    database
        .sql()
        .sql(
            """
            insert into approval (id, request_id, approver_id, approved, reason, created_at)
            values (?, ?, ?, ?, ?, ?)
            """)
        .params(
            approvalId, requestId, approverId, Columns.number(approved), reason, at.toEpochMilli())
        .update();
  }

  Optional<AccessRequest> find(String id) {
    return database
        .sql()
        .sql(SELECT + " where q.id = ?")
        .param(id)
        .query(RequestStore::request)
        .optional();
  }

  Optional<AccessRequest> open(String personId, String accountId) {
    return database
        .sql()
        .sql(SELECT + " where q.open_key = ?")
        .param(openKey(personId, accountId))
        .query(RequestStore::request)
        .optional();
  }

  /** Newest first, before the id given. */
  List<AccessRequest> list(
      @Nullable String requesterId, Set<RequestState.Status> statuses, String before, int limit) {
    StringBuilder sql = new StringBuilder(SELECT).append(" where q.id < :before");
    if (requesterId != null) {
      sql.append(" and q.requester_id = :requester");
    }
    if (!statuses.isEmpty()) {
      sql.append(" and q.status in (:statuses)");
    }
    JdbcClient.StatementSpec statement =
        database
            .sql()
            .sql(sql.append(" order by q.id desc limit :limit").toString())
            .param("before", before)
            .param("limit", limit);
    if (requesterId != null) {
      statement = statement.param("requester", requesterId);
    }
    if (!statuses.isEmpty()) {
      List<String> names = new ArrayList<>();
      statuses.forEach(status -> names.add(status.name()));
      statement = statement.param("statuses", names);
    }
    return statement.query(RequestStore::request).list();
  }

  List<AccessRequest> overdue(Instant now, int limit) {
    return database
        .sql()
        .sql(
            SELECT
                + """
                 where q.status = 'PENDING_APPROVAL' and q.expires_at <= ?
                order by q.expires_at limit ?
                """)
        .params(now.toEpochMilli(), limit)
        .query(RequestStore::request)
        .list();
  }

  Optional<Instant> nextExpiry() {
    return Optional.ofNullable(
        database
            .sql()
            .sql(
                """
                select min(expires_at) as expires_at from access_request
                where status = 'PENDING_APPROVAL'
                """)
            .query((row, _) -> new GrantStore.Earliest(Columns.optionalInstant(row, "expires_at")))
            .single()
            .at());
  }

  private static AccessRequest request(ResultSet row, int number) throws SQLException {
    String approver = row.getString("approver_id");
    AccessRequest.Decision decision =
        approver == null
            ? null
            : new AccessRequest.Decision(
                new PersonRef(
                    approver, row.getString("approver_username"), row.getString("approver_name")),
                Columns.truth(row, "approved"),
                row.getString("decision_reason"),
                Columns.instant(row, "decided_at"));
    return new AccessRequest(
        row.getString("id"),
        row.getString("project_id"),
        row.getString("project_name"),
        row.getString("resource_id"),
        row.getString("resource_name"),
        row.getString("account_id"),
        row.getString("account_name"),
        new PersonRef(
            row.getString("requester_id"),
            row.getString("username"),
            row.getString("display_name")),
        AccessFlow.Approval.valueOf(row.getString("approval")),
        row.getString("flow_id"),
        row.getLong("flow_version"),
        Duration.ofSeconds(row.getLong("duration_s")),
        row.getString("reason"),
        state(row),
        decision,
        List.of(),
        row.getLong("version"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "updated_at"));
  }

  private static RequestState state(ResultSet row) throws SQLException {
    return switch (RequestState.Status.valueOf(row.getString("status"))) {
      case PENDING_APPROVAL -> new RequestState.PendingApproval(Columns.instant(row, "expires_at"));
      case ACTIVE -> new RequestState.Active(row.getString("grant_id"));
      case REJECTED ->
          new RequestState.Rejected(
              closer(row), row.getString("closed_reason"), Columns.instant(row, "closed_at"));
      case CANCELLED ->
          new RequestState.Cancelled(
              closer(row), row.getString("closed_reason"), Columns.instant(row, "closed_at"));
      case EXPIRED -> new RequestState.Expired(Columns.instant(row, "expires_at"));
      case ENDED ->
          new RequestState.Ended(row.getString("grant_id"), Columns.instant(row, "closed_at"));
    };
  }

  private static PersonRef closer(ResultSet row) throws SQLException {
    return new PersonRef(
        row.getString("closed_by"), row.getString("closer_username"), row.getString("closer_name"));
  }
}
