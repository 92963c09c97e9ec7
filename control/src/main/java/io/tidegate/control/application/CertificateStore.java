package io.tidegate.control.application;

import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;

/** Authorities of projects, and what they issued, in the database. */
@Repository
class CertificateStore {
  private final Database database;

  CertificateStore(Database database) {
    this.database = database;
  }

  /**
   * A project's own authority.
   *
   * @param sealedKey its key as PEM, sealed for the project
   */
  record Authority(String certificatePem, String sealedKey) {}

  Optional<Authority> authority(String projectId) {
    return database
        .sql()
        .sql("select certificate, private_key from project_authority where project_id = ?")
        .param(projectId)
        .query(
            (row, _) -> new Authority(row.getString("certificate"), row.getString("private_key")))
        .optional();
  }

  void insertAuthority(String projectId, Authority authority, Instant now) {
    database
        .sql()
        .sql(
            """
            insert into project_authority (project_id, certificate, private_key, created_at)
            values (?, ?, ?, ?)
            """)
        .params(projectId, authority.certificatePem(), authority.sealedKey(), now.toEpochMilli())
        .update();
  }

  long nextId() {
    return database
        .sql()
        .sql("select coalesce(max(id), 0) + 1 from user_certificate")
        .query(Long.class)
        .single();
  }

  void insert(UserCertificate certificate, String userId) {
    database
        .sql()
        .sql(
            """
            insert into user_certificate
              (id, project_id, user_id, username, subject, serial, created_at, not_after)
            values (:id, :project, :user, :username, :subject, :serial, :created, :after)
            """)
        .param("id", certificate.id())
        .param("project", certificate.projectId())
        .param("user", userId)
        .param("username", certificate.username())
        .param("subject", certificate.subject())
        .param("serial", certificate.serial())
        .param("created", certificate.createdAt().toEpochMilli())
        .param("after", certificate.notAfter().toEpochMilli())
        .update();
  }

  List<UserCertificate> good(String userId, Instant now) {
    return database
        .sql()
        .sql(
            """
            select * from user_certificate
            where user_id = ? and revoked_at is null and not_after > ? order by id
            """)
        .params(userId, now.toEpochMilli())
        .query(CertificateStore::certificate)
        .list();
  }

  int revoke(String userId, Instant now) {
    return database
        .sql()
        .sql(
            """
            update user_certificate set revoked_at = ?
            where user_id = ? and revoked_at is null and not_after > ?
            """)
        .params(now.toEpochMilli(), userId, now.toEpochMilli())
        .update();
  }

  /** Serial numbers of what was revoked and would hold otherwise, with since when. */
  Map<BigInteger, Instant> revoked(String projectId, Instant now) {
    Map<BigInteger, Instant> revoked = new HashMap<>();
    database
        .sql()
        .sql(
            """
            select serial, revoked_at from user_certificate
            where project_id = ? and revoked_at is not null and not_after > ?
            """)
        .params(projectId, now.toEpochMilli())
        .query(row -> {
          revoked.put(
              new BigInteger(row.getString("serial"), 16), Columns.instant(row, "revoked_at"));
        });
    return revoked;
  }

  Optional<String> customerAuthorities(String projectId) {
    return database
        .sql()
        .sql(
            "select authorities from user_security where project_id = ? and authorities is not"
                + " null")
        .param(projectId)
        .query(String.class)
        .optional();
  }

  void setCustomerAuthorities(String projectId, @Nullable String pem, Instant now) {
    database
        .sql()
        .sql(
            """
            insert into user_security (project_id, authorities, updated_at)
            values (:project, :pem, :now)
            on conflict (project_id)
              do update set authorities = excluded.authorities, updated_at = excluded.updated_at
            """)
        .param("project", projectId)
        .param("pem", pem, Types.VARCHAR)
        .param("now", now.toEpochMilli())
        .update();
  }

  private static UserCertificate certificate(ResultSet row, int number) throws SQLException {
    return new UserCertificate(
        row.getLong("id"),
        row.getString("project_id"),
        row.getString("username"),
        row.getString("subject"),
        row.getString("serial"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "not_after"),
        Columns.optionalInstant(row, "revoked_at"));
  }
}
