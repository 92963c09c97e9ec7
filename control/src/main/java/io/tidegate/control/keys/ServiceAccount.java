package io.tidegate.control.keys;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Tenancy;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program's identity in an organization, which trades one of its secrets for access tokens.
 *
 * @param id 24 hexadecimal digits
 * @param secrets oldest first, expired ones too
 */
public record ServiceAccount(
    String id,
    String organizationId,
    String name,
    String description,
    List<Actor.Assignment> assignments,
    List<ClientSecret> secrets,
    long version,
    Instant createdAt) {

  /** What client ids begin with, as the official clients expect it. */
  static final String PREFIX = "mdb_sa_id_";

  /**
   * What is known of a secret.
   *
   * @param ending its last characters, to tell it from others
   */
  public record ClientSecret(
      String id,
      String ending,
      Instant createdAt,
      Instant expiresAt,
      @Nullable Instant lastUsedAt) {}

  public ServiceAccount {
    assignments = List.copyOf(assignments);
    secrets = List.copyOf(secrets);
  }

  /** The name by which it signs in. */
  public String clientId() {
    return PREFIX + id;
  }

  /** The account as the one who acts, from the given source. */
  public Actor acting(String source, Tenancy tenancy) {
    return new Actor(id, clientId(), name, organizationId, assignments, source, tenancy);
  }
}
