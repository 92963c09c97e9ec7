package io.tidegate.control.atlas;

import io.tidegate.control.application.DatabaseUser;
import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUser.Label;
import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.application.DatabaseUsers;
import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.atlas.surface.Validation;
import io.tidegate.control.platform.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A project's database users. */
@OperationGroup
class DatabaseUserAccounts {
  private final DatabaseUsers users;

  DatabaseUserAccounts(DatabaseUsers users) {
    this.users = users;
  }

  /** A role, on a database or one of its collections. */
  record RoleEntry(
      @Nullable String roleName, @Nullable String databaseName, @Nullable String collectionName) {}

  /** A cluster in scope. */
  record ScopeEntry(@Nullable String name, @Nullable ScopeType type) {}

  /** What a scope may be; there are clusters here and nothing else. */
  enum ScopeType {
    CLUSTER,
    DATA_LAKE,
    STREAM
  }

  /** A label. */
  record LabelEntry(@Nullable String key, @Nullable String value) {}

  /** By which way of AWS IAM. */
  enum AwsType {
    NONE,
    USER,
    ROLE
  }

  /** By which way of LDAP. */
  enum LdapType {
    NONE,
    USER,
    GROUP
  }

  /** By which way of OIDC. */
  enum OidcType {
    NONE,
    USER,
    IDP_GROUP
  }

  /** By whose certificate. */
  enum X509Type {
    NONE,
    MANAGED,
    CUSTOMER
  }

  /**
   * What a user is to be. Clients send every type, most of them {@code NONE}.
   *
   * @param deleteAfterDate an explicit null makes a temporary user one that stays
   */
  record Wanted(
      @Nullable String username,
      @Nullable String databaseName,
      @Nullable String password,
      @Nullable AwsType awsIAMType,
      @Nullable LdapType ldapAuthType,
      @Nullable OidcType oidcAuthType,
      @Nullable X509Type x509Type,
      @Nullable List<RoleEntry> roles,
      @Nullable List<ScopeEntry> scopes,
      @Nullable List<LabelEntry> labels,
      @Nullable String description,
      @Nullable JsonNode deleteAfterDate) {

    /** The one way that is not {@code NONE}; SCRAM when all of them are. */
    Kind kind() {
      List<Kind> kinds = new ArrayList<>();
      switch (Objects.requireNonNullElse(awsIAMType, AwsType.NONE)) {
        case NONE -> {}
        case USER -> kinds.add(Kind.AWS_IAM_USER);
        case ROLE -> kinds.add(Kind.AWS_IAM_ROLE);
      }
      switch (Objects.requireNonNullElse(ldapAuthType, LdapType.NONE)) {
        case NONE -> {}
        case USER -> kinds.add(Kind.LDAP_USER);
        case GROUP -> kinds.add(Kind.LDAP_GROUP);
      }
      switch (Objects.requireNonNullElse(oidcAuthType, OidcType.NONE)) {
        case NONE -> {}
        case USER -> kinds.add(Kind.OIDC_USER);
        case IDP_GROUP -> kinds.add(Kind.OIDC_GROUP);
      }
      switch (Objects.requireNonNullElse(x509Type, X509Type.NONE)) {
        case NONE -> {}
        case MANAGED -> kinds.add(Kind.X509_MANAGED);
        case CUSTOMER -> kinds.add(Kind.X509_CUSTOMER);
      }
      if (kinds.size() > 1) {
        throw ApiException.badRequest(
            "Only one of awsIAMType, ldapAuthType, oidcAuthType and x509Type can be other than"
                + " NONE.");
      }
      return kinds.isEmpty() ? Kind.SCRAM : kinds.getFirst();
    }

    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  @Operation(
      id = "listGroupDatabaseUsers",
      feature = Feature.F05,
      route = "GET /groups/{groupId}/databaseUsers",
      versions = "2023-01-01")
  Answer list(Call call) {
    return call.page(users.list(call.actor(), call.path("groupId")), DatabaseUserAccounts::shown);
  }

  @Operation(
      id = "createGroupDatabaseUser",
      feature = Feature.F05,
      route = "POST /groups/{groupId}/databaseUsers",
      versions = "2023-01-01")
  Answer create(Call call) {
    Wanted wanted = call.body(Wanted.class);
    new Validation()
        .required("username", wanted.username())
        .length("username", wanted.username(), 1, 1024)
        .required("databaseName", wanted.databaseName())
        .required("roles", wanted.roles())
        .notEmpty("roles", wanted.roles())
        .done();
    Kind kind = wanted.kind();
    new Validation()
        .check(
            kind.authDatabase().equals(wanted.databaseName()),
            "databaseName",
            "must be " + kind.authDatabase() + " for a user who signs in this way")
        .done();
    String password = wanted.password();
    return Answer.created(
        shown(
            users.create(
                call.actor(),
                call.path("groupId"),
                new DatabaseUsers.Draft(
                    Objects.requireNonNull(wanted.username()),
                    kind,
                    password == null ? null : new Secret(password),
                    roles(Objects.requireNonNull(wanted.roles())),
                    wanted.scopes() == null ? List.of() : scopes(wanted.scopes()),
                    wanted.labels() == null ? List.of() : labels(wanted.labels()),
                    Objects.requireNonNullElse(wanted.description(), ""),
                    Dates.read("deleteAfterDate", text(wanted.deleteAfterDate()))))));
  }

  @Operation(
      id = "getGroupDatabaseUser",
      feature = Feature.F05,
      route = "GET /groups/{groupId}/databaseUsers/{databaseName}/{username}",
      versions = "2023-01-01")
  Answer get(Call call) {
    return Answer.ok(shown(user(call)));
  }

  @Operation(
      id = "updateGroupDatabaseUser",
      feature = Feature.F05,
      route = "PATCH /groups/{groupId}/databaseUsers/{databaseName}/{username}",
      versions = "2023-01-01")
  Answer update(Call call) {
    Wanted wanted = call.body(Wanted.class);
    DatabaseUser old = user(call);
    Kind kind = wanted.kind();
    // Clients send NONE for what they leave as it is.
    new Validation()
        .check(
            kind == Kind.SCRAM || kind == old.kind(),
            "x509Type",
            "and the other types cannot be changed; make another user")
        .notEmpty("roles", wanted.roles())
        .done();
    String password = wanted.password();
    JsonNode end = wanted.deleteAfterDate();
    return Answer.ok(
        shown(
            users.update(
                call.actor(),
                old.projectId(),
                old.authDatabase(),
                old.username(),
                new DatabaseUsers.Change(
                    password == null ? null : new Secret(password),
                    wanted.roles() == null ? null : roles(wanted.roles()),
                    wanted.scopes() == null ? null : scopes(wanted.scopes()),
                    wanted.labels() == null ? null : labels(wanted.labels()),
                    wanted.description(),
                    end == null
                        ? null
                        : new DatabaseUsers.End(Dates.read("deleteAfterDate", text(end)))))));
  }

  @Operation(
      id = "deleteGroupDatabaseUser",
      feature = Feature.F05,
      route = "DELETE /groups/{groupId}/databaseUsers/{databaseName}/{username}",
      versions = "2023-01-01")
  Answer delete(Call call) {
    users.delete(
        call.actor(), call.path("groupId"), call.path("databaseName"), call.path("username"));
    return Answer.noContent();
  }

  private DatabaseUser user(Call call) {
    return users.user(
        call.actor(), call.path("groupId"), call.path("databaseName"), call.path("username"));
  }

  private static @Nullable String text(@Nullable JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isString()) {
      throw ApiException.field("deleteAfterDate", "has a value of the wrong form");
    }
    return node.asString();
  }

  private static List<UserRole> roles(List<RoleEntry> entries) {
    List<UserRole> roles = new ArrayList<>();
    for (RoleEntry entry : entries) {
      new Validation()
          .required("roles.roleName", entry.roleName())
          .required("roles.databaseName", entry.databaseName())
          .done();
      String collection = entry.collectionName();
      roles.add(
          new UserRole(
              Objects.requireNonNull(entry.roleName()),
              Objects.requireNonNull(entry.databaseName()),
              collection == null || collection.isEmpty() ? null : collection));
    }
    return roles;
  }

  private static List<String> scopes(List<ScopeEntry> entries) {
    List<String> scopes = new ArrayList<>();
    for (ScopeEntry entry : entries) {
      new Validation()
          .required("scopes.name", entry.name())
          .check(
              entry.type() == null || entry.type() == ScopeType.CLUSTER,
              "scopes.type",
              "must be CLUSTER; there are no data lakes and streams here")
          .done();
      scopes.add(Objects.requireNonNull(entry.name()));
    }
    return scopes;
  }

  private static List<Label> labels(List<LabelEntry> entries) {
    List<Label> labels = new ArrayList<>();
    for (LabelEntry entry : entries) {
      new Validation()
          .required("labels.key", entry.key())
          .length("labels.key", entry.key(), 1, 255)
          .required("labels.value", entry.value())
          .length("labels.value", entry.value(), 1, 255)
          .done();
      labels.add(
          new Label(Objects.requireNonNull(entry.key()), Objects.requireNonNull(entry.value())));
    }
    return labels;
  }

  /** A kind as the API says it: by four types of which one at most is not {@code NONE}. */
  private record Types(AwsType aws, LdapType ldap, OidcType oidc, X509Type x509) {
    private static final Types NONE =
        new Types(AwsType.NONE, LdapType.NONE, OidcType.NONE, X509Type.NONE);

    static Types of(Kind kind) {
      return switch (kind) {
        case SCRAM -> NONE;
        case AWS_IAM_USER -> NONE.with(AwsType.USER);
        case AWS_IAM_ROLE -> NONE.with(AwsType.ROLE);
        case LDAP_USER -> NONE.with(LdapType.USER);
        case LDAP_GROUP -> NONE.with(LdapType.GROUP);
        case OIDC_USER -> NONE.with(OidcType.USER);
        case OIDC_GROUP -> NONE.with(OidcType.IDP_GROUP);
        case X509_MANAGED -> NONE.with(X509Type.MANAGED);
        case X509_CUSTOMER -> NONE.with(X509Type.CUSTOMER);
      };
    }

    private Types with(AwsType type) {
      return new Types(type, ldap, oidc, x509);
    }

    private Types with(LdapType type) {
      return new Types(aws, type, oidc, x509);
    }

    private Types with(OidcType type) {
      return new Types(aws, ldap, type, x509);
    }

    private Types with(X509Type type) {
      return new Types(aws, ldap, oidc, type);
    }
  }

  private static Object shown(DatabaseUser user) {
    Types types = Types.of(user.kind());
    return Answer.object(fields -> {
      fields.put("awsIAMType", types.aws());
      fields.put("databaseName", user.authDatabase());
      fields.put("deleteAfterDate", Dates.shown(user.deleteAfter()));
      fields.put("description", user.description().isEmpty() ? null : user.description());
      fields.put("groupId", user.projectId());
      fields.put("labels", user.labels());
      fields.put("ldapAuthType", types.ldap());
      fields.put("links", List.of());
      fields.put("oidcAuthType", types.oidc());
      fields.put(
          "roles",
          user.roles().stream()
              .map(role ->
                  Answer.object(one -> {
                    one.put("collectionName", role.collection());
                    one.put("databaseName", role.db());
                    one.put("roleName", role.role());
                  }))
              .toList());
      fields.put(
          "scopes",
          user.scopes().stream()
              .map(scope ->
                  Answer.object(one -> {
                    one.put("name", scope.name());
                    one.put("type", ScopeType.CLUSTER);
                  }))
              .toList());
      fields.put("username", user.username());
      fields.put("x509Type", types.x509());
    });
  }
}
