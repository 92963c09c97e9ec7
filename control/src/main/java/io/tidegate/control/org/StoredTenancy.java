package io.tidegate.control.org;

import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Tenancy;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads once which organization a project is in; that never changes. */
@Component
class StoredTenancy implements Tenancy {
  private final Database database;
  private final Map<String, String> known = new ConcurrentHashMap<>();
  private volatile @Nullable String home;

  StoredTenancy(Database database) {
    this.database = database;
  }

  @Override
  public boolean contains(String organizationId, String projectId) {
    String in = known.get(projectId);
    if (in == null) {
      Optional<String> read =
          database
              .sql()
              .sql("select organization_id from project where id = ?")
              .param(projectId)
              .query(String.class)
              .optional();
      if (read.isEmpty()) {
        return false;
      }
      in = read.get();
      known.put(projectId, in);
    }
    return in.equals(organizationId);
  }

  @Override
  public boolean isHome(String organizationId) {
    String is = home;
    if (is == null) {
      is = StoredProjects.home(database).orElse(null);
      home = is;
    }
    return organizationId.equals(is);
  }
}
