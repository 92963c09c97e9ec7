package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.atlas.surface.Validation;
import io.tidegate.control.network.AccessList;
import io.tidegate.control.network.AccessListEntry;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A project's IP access list. */
@OperationGroup
class NetworkAccess {
  private final AccessList accessList;

  NetworkAccess(AccessList accessList) {
    this.accessList = accessList;
  }

  /** One entry: an address, a range or a security group. */
  record Entry(
      @Nullable String ipAddress,
      @Nullable String cidrBlock,
      @Nullable String awsSecurityGroup,
      @Nullable String comment,
      @Nullable String deleteAfterDate) {}

  @Operation(
      id = "listGroupAccessListEntries",
      feature = Feature.F03,
      route = "GET /groups/{groupId}/accessList",
      versions = "2023-01-01")
  Answer list(Call call) {
    return call.page(accessList.list(call.actor(), call.path("groupId")), NetworkAccess::shown);
  }

  @Operation(
      id = "createGroupAccessListEntry",
      feature = Feature.F03,
      route = "POST /groups/{groupId}/accessList",
      versions = "2023-01-01")
  Answer create(Call call) {
    List<AccessList.Draft> drafts =
        call.bodyList(Entry.class).stream().map(NetworkAccess::draft).toList();
    return call.page(
        accessList.add(call.actor(), call.path("groupId"), drafts), NetworkAccess::shown);
  }

  @Operation(
      id = "getGroupAccessListEntry",
      feature = Feature.F03,
      route = "GET /groups/{groupId}/accessList/{entryValue}",
      versions = "2023-01-01")
  Answer get(Call call) {
    return Answer.ok(
        shown(accessList.entry(call.actor(), call.path("groupId"), call.path("entryValue"))));
  }

  @Operation(
      id = "deleteGroupAccessListEntry",
      feature = Feature.F03,
      route = "DELETE /groups/{groupId}/accessList/{entryValue}",
      versions = "2023-01-01")
  Answer delete(Call call) {
    accessList.remove(call.actor(), call.path("groupId"), call.path("entryValue"));
    return Answer.noContent();
  }

  @Operation(
      id = "getGroupAccessListStatus",
      feature = Feature.F03,
      route = "GET /groups/{groupId}/accessList/{entryValue}/status",
      versions = "2023-01-01")
  Answer status(Call call) {
    boolean inForce =
        accessList.inForce(call.actor(), call.path("groupId"), call.path("entryValue"));
    return Answer.ok(Answer.object(fields -> fields.put("STATUS", inForce ? "ACTIVE" : "PENDING")));
  }

  private static AccessList.Draft draft(Entry entry) {
    List<String> named =
        Stream.of(entry.ipAddress(), entry.cidrBlock(), entry.awsSecurityGroup())
            .filter(Objects::nonNull)
            .filter(text -> !text.isEmpty())
            .toList();
    new Validation()
        .length("comment", entry.comment(), 0, 80)
        .check(
            named.size() == 1,
            "cidrBlock",
            "or ipAddress or awsSecurityGroup must be given, and only one of them")
        .done();
    String group = entry.awsSecurityGroup();
    if (group != null && !group.isEmpty()) {
      throw ApiException.field(
          "awsSecurityGroup",
          "needs a peering connection with AWS, which tells whose addresses are in the group; this"
              + " project has none. Name the addresses in cidrBlock");
    }
    String address = entry.ipAddress();
    new Validation()
        .check(
            address == null || !address.contains("/"),
            "ipAddress",
            "is one address; a range goes in cidrBlock")
        .done();
    return new AccessList.Draft(
        named.getFirst(), entry.comment(), Dates.read("deleteAfterDate", entry.deleteAfterDate()));
  }

  private static Object shown(AccessListEntry entry) {
    return Answer.object(fields -> {
      String text = entry.text();
      boolean hasPrefix = text.contains("/");
      fields.put("cidrBlock", hasPrefix ? text : text + "/" + entry.range().prefix());
      fields.put("comment", entry.comment());
      fields.put("deleteAfterDate", Dates.shown(entry.deleteAfter()));
      fields.put("groupId", entry.projectId());
      if (entry.single()) {
        fields.put("ipAddress", hasPrefix ? text.substring(0, text.indexOf('/')) : text);
      }
    });
  }
}
