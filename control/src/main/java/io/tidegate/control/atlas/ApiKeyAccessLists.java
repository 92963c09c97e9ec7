package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.keys.ApiKeys;

/** From where an API key of the organization may be used. */
@OperationGroup
class ApiKeyAccessLists {
  private final ApiKeys keys;

  ApiKeyAccessLists(ApiKeys keys) {
    this.keys = keys;
  }

  @Operation(
      id = "listOrgApiKeyAccessListEntries",
      feature = Feature.F20,
      route = "GET /orgs/{orgId}/apiKeys/{apiUserId}/accessList",
      versions = "2023-01-01")
  Answer list(Call call) {
    return call.page(
        keys.addresses(call.actor(), call.path("orgId"), call.path("apiUserId")),
        AccessListDocuments::ofKey);
  }

  @Operation(
      id = "createOrgApiKeyAccessListEntry",
      feature = Feature.F20,
      route = "POST /orgs/{orgId}/apiKeys/{apiUserId}/accessList",
      versions = "2023-01-01")
  Answer add(Call call) {
    return call.page(
        keys.admit(
            call.actor(),
            call.path("orgId"),
            call.path("apiUserId"),
            AccessListDocuments.ranges(call),
            call.address()),
        AccessListDocuments::ofKey);
  }

  @Operation(
      id = "getOrgApiKeyAccessListEntry",
      feature = Feature.F20,
      route = "GET /orgs/{orgId}/apiKeys/{apiUserId}/accessList/{ipAddress}",
      versions = "2023-01-01")
  Answer get(Call call) {
    return Answer.ok(
        AccessListDocuments.ofKey(
            keys.address(
                call.actor(), call.path("orgId"), call.path("apiUserId"), call.path("ipAddress"))));
  }

  @Operation(
      id = "deleteOrgApiKeyAccessListEntry",
      feature = Feature.F20,
      route = "DELETE /orgs/{orgId}/apiKeys/{apiUserId}/accessList/{ipAddress}",
      versions = "2023-01-01")
  Answer remove(Call call) {
    keys.bar(
        call.actor(),
        call.path("orgId"),
        call.path("apiUserId"),
        call.path("ipAddress"),
        call.address());
    return Answer.noContent();
  }
}
