package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.atlas.surface.Validation;
import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.cluster.CustomRole;
import io.tidegate.control.cluster.CustomRoles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A project's custom database roles. The API lists them in a bare array. */
@OperationGroup
class CustomDatabaseRoles {
  private final CustomRoles roles;

  CustomDatabaseRoles(CustomRoles roles) {
    this.roles = roles;
  }

  /** What an action applies to: the cluster, or a database and a collection, empty for any. */
  record ResourceEntry(
      @Nullable Boolean cluster, @Nullable String db, @Nullable String collection) {}

  /** One action and all that it applies to. */
  record ActionEntry(@Nullable String action, @Nullable List<ResourceEntry> resources) {}

  /** A role that is inherited. */
  record InheritedEntry(@Nullable String db, @Nullable String role) {}

  /** What a role is to be; a missing list leaves what there is. */
  record Wanted(
      @Nullable String roleName,
      @Nullable List<ActionEntry> actions,
      @Nullable List<InheritedEntry> inheritedRoles) {}

  @Operation(
      id = "listGroupCustomDbRoleRoles",
      feature = Feature.F08,
      route = "GET /groups/{groupId}/customDBRoles/roles",
      versions = "2023-01-01")
  Answer list(Call call) {
    return Answer.ok(
        roles.list(call.actor(), call.path("groupId")).stream()
            .map(CustomDatabaseRoles::shown)
            .toList());
  }

  @Operation(
      id = "createGroupCustomDbRoleRole",
      feature = Feature.F08,
      route = "POST /groups/{groupId}/customDBRoles/roles",
      versions = "2023-01-01")
  Answer create(Call call) {
    Wanted wanted = call.body(Wanted.class);
    new Validation().required("roleName", wanted.roleName()).done();
    return Answer.accepted(
        shown(
            roles.create(
                call.actor(),
                call.path("groupId"),
                new CustomRoles.Draft(
                    Objects.requireNonNull(wanted.roleName()),
                    "",
                    rights(wanted.actions()),
                    inherited(wanted.inheritedRoles())))));
  }

  @Operation(
      id = "getGroupCustomDbRoleRole",
      feature = Feature.F08,
      route = "GET /groups/{groupId}/customDBRoles/roles/{roleName}",
      versions = "2023-01-01")
  Answer get(Call call) {
    return Answer.ok(shown(role(call)));
  }

  @Operation(
      id = "updateGroupCustomDbRoleRole",
      feature = Feature.F08,
      route = "PATCH /groups/{groupId}/customDBRoles/roles/{roleName}",
      versions = "2023-01-01")
  Answer update(Call call) {
    Wanted wanted = call.body(Wanted.class);
    CustomRole old = role(call);
    return Answer.ok(
        shown(
            roles.update(
                call.actor(),
                old.projectId(),
                old.id(),
                old.version(),
                new CustomRoles.Draft(
                    old.name(),
                    old.description(),
                    wanted.actions() == null ? old.privileges() : rights(wanted.actions()),
                    wanted.inheritedRoles() == null
                        ? old.inherits()
                        : inherited(wanted.inheritedRoles())))));
  }

  @Operation(
      id = "deleteGroupCustomDbRoleRole",
      feature = Feature.F08,
      route = "DELETE /groups/{groupId}/customDBRoles/roles/{roleName}",
      versions = "2023-01-01")
  Answer delete(Call call) {
    CustomRole old = role(call);
    roles.delete(call.actor(), old.projectId(), old.id(), old.version());
    return Answer.noContent();
  }

  private CustomRole role(Call call) {
    return roles.role(call.actor(), call.path("groupId"), call.path("roleName"));
  }

  /** One privilege for each action and resource, in the order given, so that it is shown so. */
  private static List<CustomRole.Rights> rights(@Nullable List<ActionEntry> actions) {
    List<CustomRole.Rights> rights = new ArrayList<>();
    for (ActionEntry entry : actions == null ? List.<ActionEntry>of() : actions) {
      List<ResourceEntry> resources = entry.resources();
      new Validation()
          .required("actions.action", entry.action())
          .required("actions.resources", resources)
          .notEmpty("actions.resources", resources)
          .done();
      String action = AtlasActions.mongo("actions.action", Objects.requireNonNull(entry.action()));
      for (ResourceEntry resource : Objects.requireNonNull(resources)) {
        rights.add(new CustomRole.Rights(List.of(action), on(resource)));
      }
    }
    return rights;
  }

  private static CustomRole.On on(ResourceEntry resource) {
    String db = Objects.requireNonNullElse(resource.db(), "");
    String collection = Objects.requireNonNullElse(resource.collection(), "");
    if (Boolean.TRUE.equals(resource.cluster())) {
      new Validation()
          .check(
              db.isEmpty() && collection.isEmpty(),
              "actions.resources",
              "names the cluster and a database or collection at once")
          .done();
      return new CustomRole.On(true, null, null);
    }
    return new CustomRole.On(null, db, collection);
  }

  private static List<RoleBinding> inherited(@Nullable List<InheritedEntry> entries) {
    List<RoleBinding> roles = new ArrayList<>();
    for (InheritedEntry entry : entries == null ? List.<InheritedEntry>of() : entries) {
      new Validation()
          .required("inheritedRoles.role", entry.role())
          .required("inheritedRoles.db", entry.db())
          .done();
      roles.add(
          new RoleBinding(
              Objects.requireNonNull(entry.role()), Objects.requireNonNull(entry.db())));
    }
    return roles;
  }

  private static Object shown(CustomRole role) {
    Map<String, List<Object>> actions = new LinkedHashMap<>();
    for (CustomRole.Rights rights : role.privileges()) {
      for (String action : rights.actions()) {
        actions
            .computeIfAbsent(AtlasActions.shown(action), _ -> new ArrayList<>())
            .add(shown(rights.on()));
      }
    }
    return Answer.object(fields -> {
      fields.put(
          "actions",
          actions.entrySet().stream()
              .map(entry ->
                  Answer.object(action -> {
                    action.put("action", entry.getKey());
                    action.put("resources", entry.getValue());
                  }))
              .toList());
      fields.put(
          "inheritedRoles",
          role.inherits().stream()
              .map(inherited ->
                  Answer.object(one -> {
                    one.put("db", inherited.db());
                    one.put("role", inherited.role());
                  }))
              .toList());
      fields.put("roleName", role.name());
    });
  }

  private static Object shown(CustomRole.On on) {
    return Answer.object(fields -> {
      if (Boolean.TRUE.equals(on.cluster())) {
        fields.put("cluster", true);
      } else {
        fields.put("cluster", false);
        fields.put("db", on.db());
        fields.put("collection", on.collection());
      }
    });
  }
}
