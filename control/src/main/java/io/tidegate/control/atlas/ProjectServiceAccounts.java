package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.keys.Place;
import io.tidegate.control.keys.ServiceAccount;
import io.tidegate.control.keys.ServiceAccounts;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;

/** Service accounts that work in a project, shown with the roles that they hold there. */
@OperationGroup
class ProjectServiceAccounts {
  private final ServiceAccounts accounts;
  private final Projects projects;

  ProjectServiceAccounts(ServiceAccounts accounts, Projects projects) {
    this.accounts = accounts;
    this.projects = projects;
  }

  private static Place place(Call call) {
    return new Place.InProject(call.path("groupId"));
  }

  /** The project's own id: it may have been named in another way. */
  private String project(Call call) {
    Project project = projects.project(call.actor(), call.path("groupId"));
    return project.id();
  }

  @Operation(
      id = "listGroupServiceAccounts",
      feature = Feature.F21,
      route = "GET /groups/{groupId}/serviceAccounts",
      versions = "2024-08-05")
  Answer list(Call call) {
    String project = project(call);
    return call.page(
        accounts.list(call.actor(), place(call)),
        (ServiceAccount account) -> ServiceAccountDocuments.shown(account, project));
  }

  @Operation(
      id = "createGroupServiceAccount",
      feature = Feature.F21,
      route = "POST /groups/{groupId}/serviceAccounts",
      versions = "2024-08-05")
  Answer create(Call call) {
    ServiceAccountDocuments.New wanted = ServiceAccountDocuments.made(call, place(call));
    return Answer.secret(
        201,
        ServiceAccountDocuments.shown(
            accounts.create(call.actor(), place(call), wanted.draft(), wanted.secretLife()),
            project(call)));
  }

  @Operation(
      id = "getGroupServiceAccount",
      feature = Feature.F21,
      route = "GET /groups/{groupId}/serviceAccounts/{clientId}",
      versions = "2024-08-05")
  Answer get(Call call) {
    return Answer.ok(
        ServiceAccountDocuments.shown(
            accounts.account(call.actor(), place(call), call.path("clientId")), project(call)));
  }

  @Operation(
      id = "updateGroupServiceAccount",
      feature = Feature.F21,
      route = "PATCH /groups/{groupId}/serviceAccounts/{clientId}",
      versions = "2024-08-05")
  Answer update(Call call) {
    return Answer.ok(
        ServiceAccountDocuments.shown(
            accounts.update(
                call.actor(),
                place(call),
                call.path("clientId"),
                ServiceAccountDocuments.changed(call, place(call))),
            project(call)));
  }

  @Operation(
      id = "deleteGroupServiceAccount",
      feature = Feature.F21,
      route = "DELETE /groups/{groupId}/serviceAccounts/{clientId}",
      versions = "2024-08-05")
  Answer delete(Call call) {
    accounts.remove(call.actor(), place(call), call.path("clientId"));
    return Answer.noContent();
  }

  @Operation(
      id = "listGroupServiceAccountAccessList",
      feature = Feature.F21,
      route = "GET /groups/{groupId}/serviceAccounts/{clientId}/accessList",
      versions = "2024-08-05")
  Answer addresses(Call call) {
    return call.page(
        accounts.addresses(call.actor(), place(call), call.path("clientId")),
        AccessListDocuments::ofAccount);
  }

  @Operation(
      id = "createGroupServiceAccountAccessList",
      feature = Feature.F21,
      route = "POST /groups/{groupId}/serviceAccounts/{clientId}/accessList",
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
      id = "deleteGroupServiceAccountAccessListEntry",
      feature = Feature.F21,
      route = "DELETE /groups/{groupId}/serviceAccounts/{clientId}/accessList/{ipAddress}",
      versions = "2024-08-05")
  Answer bar(Call call) {
    accounts.bar(
        call.actor(), place(call), call.path("clientId"), call.path("ipAddress"), call.address());
    return Answer.noContent();
  }

  @Operation(
      id = "createGroupServiceAccountSecret",
      feature = Feature.F21,
      route = "POST /groups/{groupId}/serviceAccounts/{clientId}/secrets",
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
      id = "deleteGroupServiceAccountSecret",
      feature = Feature.F21,
      route = "DELETE /groups/{groupId}/serviceAccounts/{clientId}/secrets/{secretId}",
      versions = "2024-08-05")
  Answer removeSecret(Call call) {
    accounts.removeSecret(call.actor(), place(call), call.path("clientId"), call.path("secretId"));
    return Answer.noContent();
  }

  @Operation(
      id = "inviteGroupServiceAccount",
      feature = Feature.F21,
      route = "POST /groups/{groupId}/serviceAccounts/{clientId}:invite",
      versions = "2024-08-05")
  Answer invite(Call call) {
    return Answer.ok(
        ServiceAccountDocuments.shown(
            accounts.invite(
                call.actor(),
                call.path("groupId"),
                call.path("clientId"),
                ServiceAccountDocuments.invited(call, place(call))),
            project(call)));
  }
}
