package io.tidegate.control.cluster;

import io.tidegate.access.Privilege;
import io.tidegate.control.cluster.Account.RoleBinding;
import java.util.List;

/** What roles come to: MongoDB's built-in ones and the project's own, inherited ones included. */
public interface RolePrivileges {

  /**
   * All that the roles allow together, one privilege for each resource.
   *
   * @throws IllegalStateException when one of them does not exist
   */
  List<Privilege> of(String projectId, List<RoleBinding> roles);

  /**
   * Holds the project's roles as they are until the transaction ends, and refuses a role that does
   * not exist.
   */
  void require(String projectId, List<RoleBinding> roles);
}
