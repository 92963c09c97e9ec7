package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.keys.Place;
import io.tidegate.control.keys.ServiceAccounts;

/** Service accounts of an organization. */
@OperationGroup
class OrganizationServiceAccounts {
  private final ServiceAccounts accounts;

  OrganizationServiceAccounts(ServiceAccounts accounts) {
    this.accounts = accounts;
  }

  private static Place place(Call call) {
    return new Place.InOrganization(call.path("orgId"));
  }

  @Operation(
      id = "listOrgServiceAccounts",
      feature = Feature.F21,
      route = "GET /orgs/{orgId}/serviceAccounts",
      versions = "2024-08-05")
  Answer list(Call call) {
    return call.page(
        accounts.list(call.actor(), place(call)),
        account -> ServiceAccountDocuments.shown(account, null));
  }

  @Operation(
      id = "createOrgServiceAccount",
      feature = Feature.F21,
      route = "POST /orgs/{orgId}/serviceAccounts",
      versions = "2024-08-05")
  Answer create(Call call) {
    ServiceAccountDocuments.New wanted = ServiceAccountDocuments.made(call, place(call));
    return Answer.secret(
        201,
        ServiceAccountDocuments.shown(
            accounts.create(call.actor(), place(call), wanted.draft(), wanted.secretLife()), null));
  }

  @Operation(
      id = "getOrgServiceAccount",
      feature = Feature.F21,
      route = "GET /orgs/{orgId}/serviceAccounts/{clientId}",
      versions = "2024-08-05")
  Answer get(Call call) {
    return Answer.ok(
        ServiceAccountDocuments.shown(
            accounts.account(call.actor(), place(call), call.path("clientId")), null));
  }

  @Operation(
      id = "updateOrgServiceAccount",
      feature = Feature.F21,
      route = "PATCH /orgs/{orgId}/serviceAccounts/{clientId}",
      versions = "2024-08-05")
  Answer update(Call call) {
    return Answer.ok(
        ServiceAccountDocuments.shown(
            accounts.update(
                call.actor(),
                place(call),
                call.path("clientId"),
                ServiceAccountDocuments.changed(call, place(call))),
            null));
  }

  @Operation(
      id = "deleteOrgServiceAccount",
      feature = Feature.F21,
      route = "DELETE /orgs/{orgId}/serviceAccounts/{clientId}",
      versions = "2024-08-05")
  Answer delete(Call call) {
    accounts.remove(call.actor(), place(call), call.path("clientId"));
    return Answer.noContent();
  }

  @Operation(
      id = "listOrgServiceAccountAccessList",
      feature = Feature.F21,
      route = "GET /orgs/{orgId}/serviceAccounts/{clientId}/accessList",
      versions = "2024-08-05")
  Answer addresses(Call call) {
    return call.page(
        accounts.addresses(call.actor(), place(call), call.path("clientId")),
        AccessListDocuments::ofAccount);
  }

  @Operation(
      id = "createOrgServiceAccountAccessList",
      feature = Feature.F21,
      route = "POST /orgs/{orgId}/serviceAccounts/{clientId}/accessList",
      versions = "2024-08-05")
  Answer admit(Call call) {
    return call.page(
        accounts.admit(
            call.actor(),
            place(call),
            call.path("clientId"),
            AccessListDocuments.ranges(call),
            call.address()),
        AccessListDocuments::ofAccount);
  }

  @Operation(
      id = "deleteOrgServiceAccountAccessListEntry",
      feature = Feature.F21,
      route = "DELETE /orgs/{orgId}/serviceAccounts/{clientId}/accessList/{ipAddress}",
      versions = "2024-08-05")
  Answer bar(Call call) {
    accounts.bar(
        call.actor(), place(call), call.path("clientId"), call.path("ipAddress"), call.address());
    return Answer.noContent();
  }

  @Operation(
      id = "createOrgServiceAccountSecret",
      feature = Feature.F21,
      route = "POST /orgs/{orgId}/serviceAccounts/{clientId}/secrets",
      versions = "2024-08-05")
  Answer addSecret(Call call) {
    return Answer.secret(
        201,
        ServiceAccountDocuments.secret(
            accounts.addSecret(
                call.actor(),
                place(call),
                call.path("clientId"),
                ServiceAccountDocuments.secretLife(call))));
  }

  @Operation(
      id = "deleteOrgServiceAccountSecret",
      feature = Feature.F21,
      route = "DELETE /orgs/{orgId}/serviceAccounts/{clientId}/secrets/{secretId}",
      versions = "2024-08-05")
  Answer removeSecret(Call call) {
    accounts.removeSecret(call.actor(), place(call), call.path("clientId"), call.path("secretId"));
    return Answer.noContent();
  }

  @Operation(
      id = "getOrgServiceAccountGroups",
      feature = Feature.F21,
      route = "GET /orgs/{orgId}/serviceAccounts/{clientId}/groups",
      versions = "2024-08-05")
  Answer projects(Call call) {
    return call.page(
        ServiceAccountDocuments.projects(
            accounts.account(call.actor(), place(call), call.path("clientId"))),
        project -> project);
  }
}
