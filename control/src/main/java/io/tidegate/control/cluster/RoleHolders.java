package io.tidegate.control.cluster;

import java.util.List;

/**
 * Others than accounts that may hold a project's custom roles, each of which answers for its own.
 */
public interface RoleHolders {

  /** What holds the role itself, for people: {@code database user app}. */
  List<String> holding(String projectId, String roleName);
}
