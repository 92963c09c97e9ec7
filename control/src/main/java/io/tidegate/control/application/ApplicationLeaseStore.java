package io.tidegate.control.application;

import io.tidegate.control.application.ApplicationLease.UserOnCluster;
import io.tidegate.control.lease.LeaseStatus;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Repository;

/** Leases of database users in the database. Every move is from a state that it may leave. */
@Repository
class ApplicationLeaseStore {
  private final Database database;

  ApplicationLeaseStore(Database database) {
    this.database = database;
  }

  /** Those that a gateway may hold. */
  List<ApplicationLease> open() {
    return database
        .sql()
        .sql("select * from application_lease where status <> 'GONE' order by id")
        .query(ApplicationLeaseStore::lease)
        .list();
  }

  Optional<ApplicationLease> bySession(String sessionId) {
    return database
        .sql()
        .sql("select * from application_lease where session_id = ?")
        .param(sessionId)
        .query(ApplicationLeaseStore::lease)
        .optional();
  }

  /** The gateway that serves a resource's applications, as long as it does. */
  Optional<String> gatewayOf(String resourceId) {
    return database
        .sql()
        .sql(
            """
            select gateway_id from application_lease
            where resource_id = ? and status in ('WANTED', 'HELD') order by id limit 1
            """)
        .param(resourceId)
        .query(String.class)
        .optional();
  }

  /** Writes down that a gateway is to have it; false when another process was first. */
  boolean want(ApplicationLease lease, Instant now) {
    try {
      database.inTransaction(() ->
          database
              .sql()
              .sql(
                  """
                  insert into application_lease
                    (id, session_id, user_id, username, project_id, resource_id, gateway_id, status,
                     open_key, revision, fingerprint, expires_at, connections, commands, refused,
                     created_at, updated_at)
                  values (:id, :session, :user, :username, :project, :resource, :gateway, 'WANTED',
                          :open, 1, :fingerprint, :expires, 0, 0, 0, :now, :now)
                  """)
              .param("id", lease.id())
              .param("session", lease.sessionId())
              .param("user", lease.userId())
              .param("username", lease.username())
              .param("project", lease.projectId())
              .param("resource", lease.resourceId())
              .param("gateway", lease.gatewayId())
              .param("open", openKey(lease.key()))
              .param("fingerprint", lease.fingerprint())
              .param("expires", lease.expiresAt().toEpochMilli())
              .param("now", now.toEpochMilli())
              .update());
      return true;
    } catch (DataAccessException e) {
      if (Database.isDuplicate(e)) {
        return false;
      }
      throw e;
    }
  }

  private static String openKey(UserOnCluster key) {
    return key.userId() + "/" + key.resourceId();
  }

  /** Makes the next revision of it; false when another process did. */
  boolean renew(ApplicationLease lease, String fingerprint, Instant expiresAt, Instant now) {
    return changed(
        """
        update application_lease set status = 'WANTED', revision = revision + 1, fingerprint = ?,
          expires_at = ?, trouble = null, updated_at = ?
        where id = ? and revision = ? and status in ('WANTED', 'HELD')
        """,
        fingerprint,
        expiresAt.toEpochMilli(),
        now.toEpochMilli(),
        lease.id(),
        lease.revision());
  }

  /** The gateway holds this revision. */
  boolean held(String id, long revision, Instant now) {
    return changed(
        """
        update application_lease set status = 'HELD', trouble = null, updated_at = ?
        where id = ? and revision = ? and status = 'WANTED'
        """,
        now.toEpochMilli(),
        id,
        revision);
  }

  boolean trouble(String id, long revision, String sentence, Instant now) {
    return changed(
        """
        update application_lease set trouble = ?, updated_at = ?
        where id = ? and revision = ? and status = 'WANTED'
        """,
        sentence,
        now.toEpochMilli(),
        id,
        revision);
  }

  /** The gateway came anew: whether it holds what it held has to be seen. */
  boolean doubt(String gatewayId, Instant now) {
    return changed(
        """
        update application_lease set status = 'WANTED', updated_at = ?
        where gateway_id = ? and status = 'HELD'
        """,
        now.toEpochMilli(),
        gatewayId);
  }

  /** It must go. */
  boolean revoking(String id, String code, String reason, Instant now) {
    return changed(
        """
        update application_lease set status = 'REVOKING', open_key = null, end_code = ?,
          end_reason = ?, updated_at = ?
        where id = ? and status in ('WANTED', 'HELD')
        """,
        code,
        reason,
        now.toEpochMilli(),
        id);
  }

  /** It has gone. */
  boolean gone(String id, String code, String reason, Instant now) {
    return changed(
        """
        update application_lease set status = 'GONE', open_key = null, connections = 0,
          end_code = coalesce(end_code, ?), end_reason = coalesce(end_reason, ?), updated_at = ?
        where id = ? and status <> 'GONE'
        """,
        code,
        reason,
        now.toEpochMilli(),
        id);
  }

  void seen(String sessionId, String client, Instant at) {
    changed(
        """
        update application_lease set last_client = ?, last_seen_at = ?
        where session_id = ? and coalesce(last_seen_at, 0) <= ?
        """,
        client,
        at.toEpochMilli(),
        sessionId,
        at.toEpochMilli());
  }

  void count(String sessionId, int connections, long commands, long refused) {
    changed(
        """
        update application_lease set connections = ?, commands = ?, refused = ?
        where session_id = ? and status <> 'GONE'
        """,
        connections,
        commands,
        refused,
        sessionId);
  }

  private boolean changed(String sql, Object... values) {
    return database.<Integer>inTransaction(() -> database.sql().sql(sql).params(values).update())
        > 0;
  }

  private static ApplicationLease lease(ResultSet row, int number) throws SQLException {
    return new ApplicationLease(
        row.getString("id"),
        row.getString("session_id"),
        row.getString("user_id"),
        row.getString("username"),
        row.getString("project_id"),
        row.getString("resource_id"),
        row.getString("gateway_id"),
        LeaseStatus.valueOf(row.getString("status")),
        row.getLong("revision"),
        row.getString("fingerprint"),
        Columns.instant(row, "expires_at"),
        row.getString("trouble"),
        row.getInt("connections"),
        row.getString("last_client"),
        Columns.optionalInstant(row, "last_seen_at"),
        row.getString("end_code"),
        row.getString("end_reason"));
  }
}
