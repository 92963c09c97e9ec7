package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.atlas.surface.Validation;
import io.tidegate.control.keys.ApiKeys;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** API keys of the organization that work in one project. */
@OperationGroup
class ProjectApiKeys {
  private final ApiKeys keys;

  ProjectApiKeys(ApiKeys keys) {
    this.keys = keys;
  }

  @Operation(
      id = "listGroupApiKeys",
      feature = Feature.F19,
      route = "GET /groups/{groupId}/apiKeys",
      versions = "2023-01-01")
  Answer list(Call call) {
    return call.page(keys.listProject(call.actor(), call.path("groupId")), KeyDocuments::shown);
  }

  @Operation(
      id = "createGroupApiKey",
      feature = Feature.F19,
      route = "POST /groups/{groupId}/apiKeys",
      versions = "2023-01-01")
  Answer create(Call call) {
    KeyDocuments.New wanted = KeyDocuments.made(call);
    ApiKeys.Made made =
        keys.createInProject(
            call.actor(),
            call.path("groupId"),
            wanted.desc(),
            AtlasRoles.inProject("roles", wanted.roles()));
    return Answer.secret(200, KeyDocuments.shown(made.key(), made.privateKey()));
  }

  /** Roles of one user or key, as a list of such entries has them. */
  record RolesEntry(@Nullable List<String> roles) {}

  @Operation(
      id = "addGroupApiKey",
      feature = Feature.F19,
      route = "POST /groups/{groupId}/apiKeys/{apiUserId}",
      versions = "2023-01-01")
  Answer add(Call call) {
    List<String> roles =
        call.bodyList(RolesEntry.class).stream()
            .map(RolesEntry::roles)
            .filter(Objects::nonNull)
            .flatMap(List::stream)
            .toList();
    new Validation().notEmpty("roles", roles).done();
    keys.assign(
        call.actor(),
        call.path("groupId"),
        call.path("apiUserId"),
        null,
        AtlasRoles.inProject("roles", roles));
    return Answer.noContent();
  }

  /** Also adds a key that is not in the project yet, as the official command line relies on. */
  @Operation(
      id = "updateGroupApiKeyRoles",
      feature = Feature.F19,
      route = "PATCH /groups/{groupId}/apiKeys/{apiUserId}",
      versions = "2023-01-01")
  Answer update(Call call) {
    KeyDocuments.Wanted wanted = call.body(KeyDocuments.Wanted.class);
    new Validation()
        .length("desc", wanted.desc(), 1, 250)
        .required("roles", wanted.roles())
        .notEmpty("roles", wanted.roles())
        .done();
    return Answer.ok(
        KeyDocuments.shown(
            keys.assign(
                call.actor(),
                call.path("groupId"),
                call.path("apiUserId"),
                wanted.desc(),
                AtlasRoles.inProject("roles", Objects.requireNonNull(wanted.roles())))));
  }

  @Operation(
      id = "removeGroupApiKey",
      feature = Feature.F19,
      route = "DELETE /groups/{groupId}/apiKeys/{apiUserId}",
      versions = "2023-01-01")
  Answer remove(Call call) {
    keys.removeFromProject(call.actor(), call.path("groupId"), call.path("apiUserId"));
    return Answer.noContent();
  }
}
