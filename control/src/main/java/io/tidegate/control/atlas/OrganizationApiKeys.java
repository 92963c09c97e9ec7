package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.atlas.surface.Validation;
import io.tidegate.control.keys.ApiKeys;
import java.util.List;

/** API keys of an organization. */
@OperationGroup
class OrganizationApiKeys {
  private final ApiKeys keys;

  OrganizationApiKeys(ApiKeys keys) {
    this.keys = keys;
  }

  @Operation(
      id = "listOrgApiKeys",
      feature = Feature.F20,
      route = "GET /orgs/{orgId}/apiKeys",
      versions = "2023-01-01")
  Answer list(Call call) {
    return call.page(keys.list(call.actor(), call.path("orgId")), KeyDocuments::shown);
  }

  @Operation(
      id = "createOrgApiKey",
      feature = Feature.F20,
      route = "POST /orgs/{orgId}/apiKeys",
      versions = "2023-01-01")
  Answer create(Call call) {
    KeyDocuments.New wanted = KeyDocuments.made(call);
    ApiKeys.Made made =
        keys.create(
            call.actor(),
            call.path("orgId"),
            wanted.desc(),
            AtlasRoles.inOrganization("roles", wanted.roles()));
    return Answer.secret(200, KeyDocuments.shown(made.key(), made.privateKey()));
  }

  @Operation(
      id = "getOrgApiKey",
      feature = Feature.F20,
      route = "GET /orgs/{orgId}/apiKeys/{apiUserId}",
      versions = "2023-01-01")
  Answer get(Call call) {
    return Answer.ok(
        KeyDocuments.shown(keys.key(call.actor(), call.path("orgId"), call.path("apiUserId"))));
  }

  @Operation(
      id = "updateOrgApiKey",
      feature = Feature.F20,
      route = "PATCH /orgs/{orgId}/apiKeys/{apiUserId}",
      versions = "2023-01-01")
  Answer update(Call call) {
    KeyDocuments.Wanted wanted = call.body(KeyDocuments.Wanted.class);
    new Validation().length("desc", wanted.desc(), 1, 250).notEmpty("roles", wanted.roles()).done();
    List<String> roles = wanted.roles();
    return Answer.ok(
        KeyDocuments.shown(
            keys.update(
                call.actor(),
                call.path("orgId"),
                call.path("apiUserId"),
                wanted.desc(),
                roles == null ? null : AtlasRoles.inOrganization("roles", roles))));
  }

  @Operation(
      id = "deleteOrgApiKey",
      feature = Feature.F20,
      route = "DELETE /orgs/{orgId}/apiKeys/{apiUserId}",
      versions = "2023-01-01")
  Answer delete(Call call) {
    keys.delete(call.actor(), call.path("orgId"), call.path("apiUserId"));
    return Answer.noContent();
  }
}
