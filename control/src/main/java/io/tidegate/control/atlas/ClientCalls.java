package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Endpoint;
import io.tidegate.control.atlas.surface.OperationGroup;
import java.util.Map;

/** What the official command line asks beside the published operations. */
@OperationGroup
class ClientCalls {

  /** For {@code --currentIp}: the address that an access list would have to have. */
  @Endpoint(route = "GET /api/private/ipinfo")
  Answer address(Call call) {
    return Answer.ok(Map.of("currentIpv4Address", call.address()));
  }

  /** How the command line is used is nobody's business here: it is taken and not looked at. */
  @Endpoint(route = "POST /api/private/v1.0/telemetry/events")
  Answer telemetry(Call call) {
    return Answer.noContent();
  }

  @Endpoint(route = "POST /api/private/unauth/telemetry/events", open = true)
  Answer telemetryOfNobody(Call call) {
    return Answer.noContent();
  }
}
