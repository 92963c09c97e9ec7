package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Tenancy;
import java.time.Instant;
import java.util.List;

/**
 * A person of the organization or of a vendor.
 *
 * @param active false once disabled: cannot sign in, sessions and grants end
 */
public record Person(
    String id,
    String organizationId,
    String username,
    String displayName,
    Kind kind,
    boolean active,
    List<Actor.Assignment> assignments,
    long version,
    Instant createdAt) {

  /** Whose person it is. */
  public enum Kind {
    USER,
    VENDOR
  }

  public Person {
    assignments = List.copyOf(assignments);
  }

  public PersonRef ref() {
    return new PersonRef(id, username, displayName);
  }

  /** The person as the one who acts, from the given source. */
  public Actor acting(String source, Tenancy tenancy) {
    return new Actor(id, username, displayName, organizationId, assignments, source, tenancy);
  }
}
