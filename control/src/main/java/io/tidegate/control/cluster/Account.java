package io.tidegate.control.cluster;

import java.time.Instant;
import java.util.List;

/**
 * An identity inside a resource. Its user name and password go in and never come out: a gateway
 * gets them sealed, people get neither.
 *
 * @param id {@code acc_…}
 * @param name slug, unique in its resource
 * @param roles what a session of this account may do at most, as MongoDB names it
 */
public record Account(
    String id,
    String resourceId,
    String name,
    String description,
    List<RoleBinding> roles,
    boolean requireMfa,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  /**
   * A built-in role of MongoDB on a database, such as {@code readWrite} on {@code shop}, or a
   * custom role of the project, which is named in {@code admin}.
   */
  public record RoleBinding(String role, String db) {}

  public Account {
    roles = List.copyOf(roles);
  }
}
