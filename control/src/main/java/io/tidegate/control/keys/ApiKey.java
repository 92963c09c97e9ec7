package io.tidegate.control.keys;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Tenancy;
import java.time.Instant;
import java.util.List;

/**
 * An API key of the organization.
 *
 * @param id 24 hexadecimal digits
 * @param publicKey eight letters, by which it names itself
 */
public record ApiKey(
    String id,
    String organizationId,
    String publicKey,
    String description,
    List<Actor.Assignment> assignments,
    long version,
    Instant createdAt) {

  public ApiKey {
    assignments = List.copyOf(assignments);
  }

  /** The key as the one who acts, from the given source. */
  public Actor acting(String source, Tenancy tenancy) {
    return new Actor(id, publicKey, description, organizationId, assignments, source, tenancy);
  }
}
