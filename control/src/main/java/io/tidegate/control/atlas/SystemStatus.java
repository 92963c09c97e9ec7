package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Caller;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.keys.Doors;
import java.util.List;

/** The root of the API: that it is there, and who is calling. */
@OperationGroup
class SystemStatus {
  private final Doors doors;

  SystemStatus(Doors doors) {
    this.doors = doors;
  }

  @Operation(
      id = "getSystemStatus",
      feature = Feature.F31,
      route = "GET /",
      versions = "2023-01-01")
  Answer status(Call call) {
    Caller caller = call.caller();
    String id =
        switch (caller) {
          case Caller.Key key -> key.id();
          case Caller.Account account -> account.clientId();
          case Caller.Person person -> person.actor().userId();
        };
    return Answer.ok(
        Answer.object(fields -> {
          fields.put(
              "apiKey",
              Answer.object(key -> {
                key.put("id", id);
                key.put("publicKey", caller.actor().username());
                key.put(
                    "accessList",
                    doors.list(caller.actor().userId()).stream()
                        .map(AccessListDocuments::ofCaller)
                        .toList());
                key.put("roles", AtlasRoles.list(caller.actor().assignments()));
              }));
          fields.put("appName", "Tidegate");
          fields.put("build", build());
          fields.put("throttling", false);
          fields.put("links", List.of());
        }));
  }

  private static String build() {
    String version = SystemStatus.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
