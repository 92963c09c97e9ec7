package io.tidegate.control.cluster;

import io.tidegate.control.cluster.Account.RoleBinding;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A role that a project made for itself. It lives beside MongoDB's own in {@code admin}, at the
 * gateway only: the target never hears of it.
 *
 * @param id {@code rol_…}
 * @param name unique in its project
 * @param privileges what it allows by itself
 * @param inherits roles whose privileges it has too, custom ones of {@code admin} included
 */
public record CustomRole(
    String id,
    String projectId,
    String name,
    String description,
    List<Rights> privileges,
    List<RoleBinding> inherits,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  public CustomRole {
    privileges = List.copyOf(privileges);
    inherits = List.copyOf(inherits);
  }

  /**
   * Actions on one resource.
   *
   * @param actions as MongoDB names them, such as {@code find}
   */
  public record Rights(List<String> actions, On on) {
    public Rights {
      actions = List.copyOf(actions);
    }
  }

  /**
   * What the actions apply to, as in MongoDB's resource documents: the cluster, or a database and a
   * collection of which an empty name means any.
   */
  public record On(@Nullable Boolean cluster, @Nullable String db, @Nullable String collection) {}
}
