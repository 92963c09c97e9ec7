package io.tidegate.control.access;

import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.PersonRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;

/** Grants in the database. */
@Repository
class GrantStore {
  private static final String SELECT =
      """
      select g.*, p.name as project_name, r.name as resource_name, a.name as account_name,
             u.username, u.display_name, q.reason
      from access_grant g
      join project p on p.id = g.project_id
      join resource r on r.id = g.resource_id
      join account a on a.id = g.account_id
      join person u on u.id = g.grantee_id
      join access_request q on q.id = g.request_id
      """;

  private final Database database;

  GrantStore(Database database) {
    this.database = database;
  }

  void insert(Grant grant) {
    database
        .sql()
        .sql(
            """
            insert into access_grant (id, request_id, grantee_id, project_id, resource_id,
                                      account_id, status, starts_at, expires_at, version)
            values (?, ?, ?, ?, ?, ?, 'ACTIVE', ?, ?, 1)
            """)
        .params(
            grant.id(),
            grant.requestId(),
            grant.grantee().id(),
            grant.projectId(),
            grant.resourceId(),
            grant.accountId(),
            grant.startsAt().toEpochMilli(),
            grant.expiresAt().toEpochMilli())
        .update();
  }

  /** Ends it; false when somebody else did first. */
  boolean end(String id, GrantState.Ended ended) {
    return database
            .sql()
            .sql(
                """
                update access_grant set status = 'ENDED', end_reason = ?, ended_by = ?,
                  end_note = ?, ended_at = ?, version = version + 1
                where id = ? and status = 'ACTIVE'
                """)
            .params(
                ended.reason().name(),
                ended.byUsername(),
                ended.note(),
                ended.at().toEpochMilli(),
                id)
            .update()
        > 0;
  }

  Optional<Grant> find(String id) {
    return database
        .sql()
        .sql(SELECT + " where g.id = ?")
        .param(id)
        .query(GrantStore::grant)
        .optional();
  }

  /**
   * Newest first, before the id given.
   *
   * @param granteeId only this person's; null for all
   * @param liveAt only those that live then; null for all
   */
  List<Grant> list(@Nullable String granteeId, @Nullable Instant liveAt, String before, int limit) {
    String sql =
        SELECT
            + " where g.id < :before"
            + (granteeId == null ? "" : " and g.grantee_id = :grantee")
            + (liveAt == null ? "" : " and g.status = 'ACTIVE' and g.expires_at > :now")
            + " order by g.id desc limit :limit";
    return database
        .sql()
        .sql(sql)
        .params(
            Map.of(
                "before",
                before,
                "limit",
                limit,
                "grantee",
                granteeId == null ? "" : granteeId,
                "now",
                liveAt == null ? 0L : liveAt.toEpochMilli()))
        .query(GrantStore::grant)
        .list();
  }

  Optional<Grant> liveOf(String granteeId, String accountId, Instant now) {
    return database
        .sql()
        .sql(
            SELECT
                + """
                 where g.grantee_id = ? and g.account_id = ? and g.status = 'ACTIVE'
                   and g.expires_at > ?
                order by g.expires_at desc limit 1
                """)
        .params(granteeId, accountId, now.toEpochMilli())
        .query(GrantStore::grant)
        .optional();
  }

  /**
   * Grants that are ACTIVE in name only: past their end, of disabled people, of removed accounts,
   * and those that the account's flow as it is now would not give: it is gone, does not admit the
   * grantee, or allows less time. Ids have a fixed form, so finding one in the list's text is
   * exact.
   */
  List<Grant> overdue(Instant now, int limit) {
    return database
        .sql()
        .sql(
            SELECT
                + """
                 left join access_flow f on f.live_account_id = g.account_id
                 where g.status = 'ACTIVE'
                   and (g.expires_at <= :now or u.active = 0 or a.deleted_at is not null
                     or f.id is null
                     or g.starts_at + f.max_duration_s * 1000 <= :now
                     or (f.requesters = '[]' and not exists
                       (select 1 from role_assignment o
                        where o.person_id = g.grantee_id
                          and (o.project_id = g.project_id
                            or (o.role = 'ORG_OWNER' and o.organization_id = p.organization_id))))
                     or (f.requesters <> '[]'
                       and f.requesters not like '%"' || g.grantee_id || '"%'))
                order by g.expires_at limit :limit
                """)
        .param("now", now.toEpochMilli())
        .param("limit", limit)
        .query(GrantStore::grant)
        .list();
  }

  /** The next instant at which a grant expires. */
  Optional<Instant> nextExpiry() {
    return Optional.ofNullable(
        database
            .sql()
            .sql("select min(expires_at) as expires_at from access_grant where status = 'ACTIVE'")
            .query((row, _) -> new Earliest(Columns.optionalInstant(row, "expires_at")))
            .single()
            .at());
  }

  record Earliest(@Nullable Instant at) {}

  private static Grant grant(ResultSet row, int number) throws SQLException {
    GrantState state =
        switch (GrantState.Status.valueOf(row.getString("status"))) {
          case ACTIVE -> new GrantState.Active();
          case ENDED ->
              new GrantState.Ended(
                  GrantState.EndReason.valueOf(row.getString("end_reason")),
                  row.getString("ended_by"),
                  row.getString("end_note"),
                  Columns.instant(row, "ended_at"));
        };
    return new Grant(
        row.getString("id"),
        row.getString("request_id"),
        new PersonRef(
            row.getString("grantee_id"), row.getString("username"), row.getString("display_name")),
        row.getString("project_id"),
        row.getString("project_name"),
        row.getString("resource_id"),
        row.getString("resource_name"),
        row.getString("account_id"),
        row.getString("account_name"),
        state,
        Columns.instant(row, "starts_at"),
        Columns.instant(row, "expires_at"),
        row.getString("reason"),
        row.getLong("version"));
  }
}
