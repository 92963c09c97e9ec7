package io.tidegate.control.session;

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

/** Sessions in the database. */
@Repository
class SessionStore {
  private static final String LIVE = "('STARTING', 'ACTIVE', 'CLOSING')";

  private static final String SELECT =
      """
      select s.*, u.username, u.display_name, p.name as project_name, r.name as resource_name,
             a.name as account_name, w.name as gateway_name
      from gate_session s
      join person u on u.id = s.person_id
      join project p on p.id = s.project_id
      join resource r on r.id = s.resource_id
      join account a on a.id = s.account_id
      join gateway w on w.id = s.gateway_id
      """;

  private final Database database;

  SessionStore(Database database) {
    this.database = database;
  }

  /** A session that must end, or end its ending, with its lease and grant as they stand. */
  record Due(
      String sessionId,
      String leaseId,
      String gatewayId,
      SessionState.Status status,
      Instant startedAt,
      Instant expiresAt,
      @Nullable Instant endedAt,
      boolean grantEnded,
      boolean newTerms,
      @Nullable String gatewayRetiredBy,
      String gatewayName,
      @Nullable String grantEndReason,
      @Nullable String grantEndedBy,
      @Nullable String grantEndNote) {}

  void insert(Session session, String advertisedAddress) {
    database
        .sql()
        .sql(
            """
            insert into gate_session
              (id, grant_id, person_id, project_id, resource_id, account_id, gateway_id, status,
               client_name, advertised_address, live_connections, connections, commands, refused,
               bytes_in, bytes_out, started_at, expires_at, version)
            values (:id, :grant, :person, :project, :resource, :account, :gateway, 'STARTING',
                    :client, :address, 0, 0, 0, 0, 0, 0, :started, :expires, 1)
            """)
        .param("id", session.id())
        .param("grant", session.grantId())
        .param("person", session.person().id())
        .param("project", session.projectId())
        .param("resource", session.resourceId())
        .param("account", session.accountId())
        .param("gateway", session.gatewayId())
        .param("client", session.clientName())
        .param("address", advertisedAddress)
        .param("started", session.startedAt().toEpochMilli())
        .param("expires", session.expiresAt().toEpochMilli())
        .update();
  }

  boolean activate(String id, Instant now) {
    return database
            .sql()
            .sql(
                """
                update gate_session set status = 'ACTIVE', active_at = ?, version = version + 1
                where id = ? and status = 'STARTING'
                """)
            .params(now.toEpochMilli(), id)
            .update()
        > 0;
  }

  /** STARTING or ACTIVE becomes CLOSING; false when it is further already. */
  boolean close(String id, SessionState.Closing closing) {
    return database
            .sql()
            .sql(
                """
                update gate_session set status = 'CLOSING', end_reason = ?, ended_by = ?,
                  end_note = ?, ended_at = ?, version = version + 1
                where id = ? and status in ('STARTING', 'ACTIVE')
                """)
            .params(
                closing.reason().name(),
                closing.byUsername(),
                closing.note(),
                closing.at().toEpochMilli(),
                id)
            .update()
        > 0;
  }

  /** Ends for good; false when it has. Keeps the reason that CLOSING gave. */
  boolean over(String id, SessionState.Over over) {
    return database
            .sql()
            .sql(
                """
                update gate_session set status = :status, end_reason = :reason, ended_by = :by,
                  end_note = :note, ended_at = :at, live_connections = 0, version = version + 1
                where id = :id and status in\
                """
                    + LIVE)
            .param("status", over.status().name())
            .param("reason", over.reason().name())
            .param("by", over.byUsername())
            .param("note", over.note())
            .param("at", over.at().toEpochMilli())
            .param("id", id)
            .update()
        > 0;
  }

  boolean fail(String id, SessionState.Failed failed) {
    return database
            .sql()
            .sql(
                """
                update gate_session set status = 'FAILED', end_reason = 'NEVER_STARTED',
                  ended_by = 'tidegate', end_note = ?, ended_at = ?, version = version + 1
                where id = ? and status = 'STARTING'
                """)
            .params(failed.detail(), failed.at().toEpochMilli(), id)
            .update()
        > 0;
  }

  void count(String id, Session.Counters counters) {
    database
        .sql()
        .sql(
            """
            update gate_session set live_connections = ?, commands = ?, refused = ?, bytes_in = ?,
              bytes_out = ?, version = version + 1
            where id = ?
            """)
        .params(
            counters.liveConnections(),
            counters.commands(),
            counters.refused(),
            counters.bytesIn(),
            counters.bytesOut(),
            id)
        .update();
  }

  void connectionOpened(String id, String driver) {
    database
        .sql()
        .sql(
            """
            update gate_session set connections = connections + 1,
              live_connections = live_connections + 1,
              driver = case when ? = '' then driver else ? end, version = version + 1
            where id = ?
            """)
        .params(driver, driver, id)
        .update();
  }

  void connectionClosed(String id) {
    database
        .sql()
        .sql(
            """
            update gate_session
            set live_connections = case when live_connections > 0 then live_connections - 1
                                        else 0 end,
              version = version + 1
            where id = ?
            """)
        .param(id)
        .update();
  }

  Optional<Session> find(String id) {
    return database
        .sql()
        .sql(SELECT + " where s.id = ?")
        .param(id)
        .query(SessionStore::session)
        .optional();
  }

  int liveUnder(String grantId) {
    return database
        .sql()
        .sql("select count(*) from gate_session where grant_id = ? and status in " + LIVE)
        .param(grantId)
        .query(Integer.class)
        .single();
  }

  List<Session> list(@Nullable String personId, @Nullable Boolean live, String before, int limit) {
    String sql =
        SELECT
            + " where s.id < :before"
            + (personId == null ? "" : " and s.person_id = :person")
            + (live == null ? "" : " and s.status" + (live ? " in " : " not in ") + LIVE)
            + " order by s.id desc limit :limit";
    return database
        .sql()
        .sql(sql)
        .params(
            Map.of("before", before, "limit", limit, "person", personId == null ? "" : personId))
        .query(SessionStore::session)
        .list();
  }

  Optional<String> leaseOf(String sessionId) {
    return database
        .sql()
        .sql("select id from lease where session_id = ?")
        .param(sessionId)
        .query(String.class)
        .optional();
  }

  /**
   * Live sessions whose grant does not live, whose lease is not what would be made now, whose
   * gateway was retired, that never got started, or that are closing.
   */
  List<Due> due(Instant now, Instant startedBefore) {
    return database
        .sql()
        .sql(
            """
            select s.id, s.gateway_id, s.status, s.started_at, s.expires_at, s.ended_at,
                   l.id as lease_id, g.status as grant_status, g.end_reason as grant_end_reason,
                   g.ended_by as grant_ended_by, g.end_note as grant_end_note,
                   case when l.resource_terms <> r.terms or l.account_terms <> a.terms
                        then 1 else 0 end as new_terms,
                   w.name as gateway_name, w.retired_by as gateway_retired_by
            from gate_session s
            join lease l on l.session_id = s.id
            join access_grant g on g.id = s.grant_id
            join resource r on r.id = s.resource_id
            join account a on a.id = s.account_id
            join gateway w on w.id = s.gateway_id
            where s.status = 'CLOSING'
               or (s.status in ('STARTING', 'ACTIVE')
                   and (g.status <> 'ACTIVE' or g.expires_at <= :now or w.retired_at is not null
                     or l.resource_terms <> r.terms or l.account_terms <> a.terms))
               or (s.status = 'STARTING' and s.started_at < :started)
            order by s.id
            """)
        .param("now", now.toEpochMilli())
        .param("started", startedBefore.toEpochMilli())
        .query((row, _) ->
            new Due(
                row.getString("id"),
                row.getString("lease_id"),
                row.getString("gateway_id"),
                SessionState.Status.valueOf(row.getString("status")),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "expires_at"),
                Columns.optionalInstant(row, "ended_at"),
                !row.getString("grant_status").equals("ACTIVE"),
                Columns.truth(row, "new_terms"),
                row.getString("gateway_retired_by"),
                row.getString("gateway_name"),
                row.getString("grant_end_reason"),
                row.getString("grant_ended_by"),
                row.getString("grant_end_note")))
        .list();
  }

  private static Session session(ResultSet row, int number) throws SQLException {
    return new Session(
        row.getString("id"),
        row.getString("grant_id"),
        new PersonRef(
            row.getString("person_id"), row.getString("username"), row.getString("display_name")),
        row.getString("project_id"),
        row.getString("project_name"),
        row.getString("resource_id"),
        row.getString("resource_name"),
        row.getString("account_id"),
        row.getString("account_name"),
        row.getString("gateway_id"),
        row.getString("gateway_name"),
        state(row),
        row.getString("client_name"),
        row.getString("driver"),
        new Session.Counters(
            row.getLong("live_connections"),
            row.getLong("connections"),
            row.getLong("commands"),
            row.getLong("refused"),
            row.getLong("bytes_in"),
            row.getLong("bytes_out")),
        Columns.instant(row, "started_at"),
        Columns.instant(row, "expires_at"),
        Columns.optionalInstant(row, "ended_at"),
        row.getLong("version"));
  }

  private static SessionState state(ResultSet row) throws SQLException {
    return switch (SessionState.Status.valueOf(row.getString("status"))) {
      case STARTING -> new SessionState.Starting();
      case ACTIVE -> new SessionState.Active(Columns.instant(row, "active_at"));
      case CLOSING ->
          new SessionState.Closing(
              SessionState.EndReason.valueOf(row.getString("end_reason")),
              row.getString("ended_by"),
              row.getString("end_note"),
              Columns.instant(row, "ended_at"));
      case ENDED, TERMINATED ->
          new SessionState.Over(
              SessionState.EndReason.valueOf(row.getString("end_reason")),
              row.getString("ended_by"),
              row.getString("end_note"),
              Columns.instant(row, "ended_at"));
      case FAILED ->
          new SessionState.Failed(row.getString("end_note"), Columns.instant(row, "ended_at"));
    };
  }
}
