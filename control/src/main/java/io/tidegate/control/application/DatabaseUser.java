package io.tidegate.control.application;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom an application signs in as.
 *
 * @param id {@code dbu_…}
 * @param username unique among the project's users of its authentication database
 * @param scopes the clusters that it may reach, by id; empty for every one of the project
 * @param deleteAfter when it goes by itself; null for one that stays
 */
public record DatabaseUser(
    String id,
    String projectId,
    String username,
    Kind kind,
    List<UserRole> roles,
    List<Scope> scopes,
    List<Label> labels,
    String description,
    @Nullable Instant deleteAfter,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  public DatabaseUser {
    roles = List.copyOf(roles);
    scopes = List.copyOf(scopes);
    labels = List.copyOf(labels);
  }

  /** By what a user proves who it is, and in which database it is therefore named. */
  public enum Kind {
    /** A password, by SCRAM. */
    SCRAM(UserNames.ADMIN),
    /** A certificate that the project's own authority here issued. */
    X509_MANAGED(UserNames.EXTERNAL),
    /** A certificate of an authority that the project keeps elsewhere. */
    X509_CUSTOMER(UserNames.EXTERNAL),
    /** A user of a directory. */
    LDAP_USER(UserNames.EXTERNAL),
    /** Every user of a directory who is in a group. */
    LDAP_GROUP(UserNames.EXTERNAL),
    /** One workload of an identity provider. */
    OIDC_USER(UserNames.EXTERNAL),
    /** Everybody whom an identity provider puts in a group. */
    OIDC_GROUP(UserNames.ADMIN),
    /** A user of AWS IAM. */
    AWS_IAM_USER(UserNames.EXTERNAL),
    /** Whoever holds a role of AWS IAM. */
    AWS_IAM_ROLE(UserNames.EXTERNAL);

    private final String authDatabase;

    Kind(String authDatabase) {
      this.authDatabase = authDatabase;
    }

    /** {@code admin} or {@code $external}. */
    public String authDatabase() {
      return authDatabase;
    }
  }

  public String authDatabase() {
    return kind.authDatabase();
  }

  /**
   * A role of this user.
   *
   * @param collection for {@code read} and {@code readWrite} on one collection only; else null
   */
  public record UserRole(String role, String db, @Nullable String collection) {}

  /** A cluster in scope. */
  public record Scope(String resourceId, String name) {}

  /** A name and a value of the project's own choice. */
  public record Label(String key, String value) {}
}
