package io.tidegate.control.access;

import io.tidegate.control.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;

/** Finds accounts by what people call them, in one statement and without authorization. */
@Repository
class PlaceStore {
  private static final String SELECT =
      """
      select p.id as project_id, p.name as project_name, r.id as resource_id,
             r.name as resource_name, a.id as account_id, a.name as account_name
      from account a
      join resource r on r.id = a.resource_id
      join project p on p.id = r.project_id
      where a.deleted_at is null and r.deleted_at is null
      """;

  private final Database database;

  PlaceStore(Database database) {
    this.database = database;
  }

  /**
   * @param project id or name; null for any
   * @param resource id or name
   * @param account id or name
   */
  List<Place> find(@Nullable String project, String resource, String account) {
    String any = project == null ? "" : project;
    return database
        .sql()
        .sql(
            SELECT
                + """
                 and (:project = '' or p.id = :project or p.name = :project)
                 and (r.id = :resource or r.name = :resource)
                 and (a.id = :account or a.name = :account)
                order by a.id
                """)
        .param("project", any)
        .param("resource", resource)
        .param("account", account)
        .query(PlaceStore::place)
        .list();
  }

  Optional<Place> ofAccount(String accountId) {
    return database
        .sql()
        .sql(SELECT + " and a.id = ?")
        .param(accountId)
        .query(PlaceStore::place)
        .optional();
  }

  private static Place place(ResultSet row, int number) throws SQLException {
    return new Place(
        row.getString("project_id"),
        row.getString("project_name"),
        row.getString("resource_id"),
        row.getString("resource_name"),
        row.getString("account_id"),
        row.getString("account_name"));
  }
}
