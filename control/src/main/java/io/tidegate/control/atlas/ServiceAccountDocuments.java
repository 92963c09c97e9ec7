package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Validation;
import io.tidegate.control.keys.Place;
import io.tidegate.control.keys.ServiceAccount;
import io.tidegate.control.keys.ServiceAccount.ClientSecret;
import io.tidegate.control.keys.ServiceAccounts;
import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Service accounts as the API shows and takes them, in an organization and in a project. */
final class ServiceAccountDocuments {
  private static final long MOST_HOURS = 8760;

  private ServiceAccountDocuments() {}

  /** What an account is to be, or to become. */
  record Wanted(
      @Nullable String name,
      @Nullable String description,
      @Nullable List<String> roles,
      @Nullable Long secretExpiresAfterHours) {}

  /** Roles alone. */
  record WantedRoles(@Nullable List<String> roles) {}

  /** How long a new secret is to be good. */
  record WantedSecret(@Nullable Long secretExpiresAfterHours) {}

  /** A new account with the life of its first secret. */
  record New(ServiceAccounts.Draft draft, Duration secretLife) {}

  static New made(Call call, Place place) {
    Wanted wanted = call.body(Wanted.class);
    form(wanted)
        .required("name", wanted.name())
        .required("description", wanted.description())
        .required("roles", wanted.roles())
        .required("secretExpiresAfterHours", wanted.secretExpiresAfterHours())
        .done();
    return new New(
        new ServiceAccounts.Draft(
            Objects.requireNonNull(wanted.name()),
            Objects.requireNonNull(wanted.description()),
            roles(place, Objects.requireNonNull(wanted.roles()))),
        Duration.ofHours(Objects.requireNonNull(wanted.secretExpiresAfterHours())));
  }

  static ServiceAccounts.Change changed(Call call, Place place) {
    Wanted wanted = call.body(Wanted.class);
    form(wanted).done();
    List<String> roles = wanted.roles();
    return new ServiceAccounts.Change(
        wanted.name(), wanted.description(), roles == null ? null : roles(place, roles));
  }

  private static Validation form(Wanted wanted) {
    return new Validation()
        .length("name", wanted.name(), 1, 64)
        .length("description", wanted.description(), 1, 250)
        .notEmpty("roles", wanted.roles())
        .between("secretExpiresAfterHours", wanted.secretExpiresAfterHours(), 0, MOST_HOURS);
  }

  static List<Role> invited(Call call, Place place) {
    List<String> roles = call.body(WantedRoles.class).roles();
    new Validation().required("roles", roles).notEmpty("roles", roles).done();
    return roles(place, Objects.requireNonNull(roles));
  }

  static Duration secretLife(Call call) {
    Long hours = call.body(WantedSecret.class).secretExpiresAfterHours();
    new Validation()
        .required("secretExpiresAfterHours", hours)
        .between("secretExpiresAfterHours", hours, 0, MOST_HOURS)
        .done();
    return Duration.ofHours(Objects.requireNonNull(hours));
  }

  private static List<Role> roles(Place place, List<String> names) {
    return switch (place) {
      case Place.InOrganization _ -> AtlasRoles.inOrganization("roles", names);
      case Place.InProject _ -> AtlasRoles.inProject("roles", names);
    };
  }

  /**
   * @param projectId the project that it is seen from; null for the organization
   */
  static Object shown(ServiceAccount account, @Nullable String projectId) {
    return shown(account, projectId, null, null);
  }

  /** With the secret that was made with it. */
  static Object shown(ServiceAccounts.Made made, @Nullable String projectId) {
    return shown(made.account(), projectId, made.made(), made.secret());
  }

  private static Object shown(
      ServiceAccount account,
      @Nullable String projectId,
      @Nullable ClientSecret made,
      @Nullable Secret secret) {
    return Answer.object(fields -> {
      fields.put("clientId", account.clientId());
      fields.put("createdAt", account.createdAt());
      fields.put("name", account.name());
      fields.put("description", account.description());
      fields.put("roles", roleNames(account, projectId));
      fields.put(
          "secrets",
          account.secrets().stream()
              .map(one -> secret(one, made != null && one.id().equals(made.id()) ? secret : null))
              .toList());
    });
  }

  private static List<String> roleNames(ServiceAccount account, @Nullable String projectId) {
    return account.assignments().stream()
        .filter(a -> Objects.equals(a.projectId(), projectId))
        .map(a -> a.role().name())
        .toList();
  }

  /** A secret that was just made. */
  static Object secret(ServiceAccounts.Made made) {
    return secret(made.made(), made.secret());
  }

  private static Object secret(ClientSecret secret, @Nullable Secret value) {
    return Answer.object(fields -> {
      fields.put("id", secret.id());
      fields.put("createdAt", secret.createdAt());
      fields.put("expiresAt", secret.expiresAt());
      fields.put("lastUsedAt", secret.lastUsedAt());
      fields.put("maskedSecretValue", "mdb_sa_sk_****" + secret.ending());
      fields.put("secret", value == null ? null : value.reveal());
    });
  }

  /** The projects in which the account holds roles, each with these. */
  static List<Object> projects(ServiceAccount account) {
    return account.assignments().stream()
        .map(Assignment::projectId)
        .filter(Objects::nonNull)
        .distinct()
        .<Object>map(project ->
            Answer.object(fields -> {
              fields.put("groupId", project);
              fields.put("roles", roleNames(account, project));
            }))
        .toList();
  }
}
