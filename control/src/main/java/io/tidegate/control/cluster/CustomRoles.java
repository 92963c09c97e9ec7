package io.tidegate.control.cluster;

import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.platform.Actor;
import java.util.List;

/** The roles that projects made for themselves. */
public interface CustomRoles {

  /** What a new or changed role is to be. */
  record Draft(
      String name,
      String description,
      List<CustomRole.Rights> privileges,
      List<RoleBinding> inherits) {
    public Draft {
      privileges = List.copyOf(privileges);
      inherits = List.copyOf(inherits);
    }
  }

  /** Those of a project, by name. */
  List<CustomRole> list(Actor actor, String projectReference);

  /**
   * @param reference an id or a name
   */
  CustomRole role(Actor actor, String projectReference, String reference);

  CustomRole create(Actor actor, String projectReference, Draft draft);

  /** Changes what it allows, and ends the sessions that it was lent to; the name stays. */
  CustomRole update(
      Actor actor, String projectReference, String reference, long expectedVersion, Draft draft);

  void delete(Actor actor, String projectReference, String reference, long expectedVersion);
}
