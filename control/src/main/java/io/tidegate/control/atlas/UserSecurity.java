package io.tidegate.control.atlas;

import io.tidegate.control.application.UserCertificates;
import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How a project's database users are known: by authorities of its own. */
@OperationGroup
class UserSecurity {
  private final UserCertificates certificates;

  UserSecurity(UserCertificates certificates) {
    this.certificates = certificates;
  }

  /** The project's own authorities, as PEM. */
  record CustomerX509(@Nullable String cas) {}

  /** What is to change; a missing part stays. */
  record Wanted(@Nullable CustomerX509 customerX509, @Nullable JsonNode ldap) {}

  @Operation(
      id = "getGroupUserSecurity",
      feature = Feature.F07,
      route = "GET /groups/{groupId}/userSecurity",
      versions = "2023-01-01")
  Answer get(Call call) {
    return Answer.ok(shown(call));
  }

  @Operation(
      id = "updateGroupUserSecurity",
      feature = Feature.F07,
      route = "PATCH /groups/{groupId}/userSecurity",
      versions = "2023-01-01")
  Answer update(Call call) {
    Wanted wanted = call.body(Wanted.class);
    JsonNode ldap = wanted.ldap();
    if (ldap != null && !ldap.isNull() && !ldap.isEmpty()) {
      throw ApiException.field(
          "ldap", "cannot be set yet; database users sign in by password or certificate");
    }
    CustomerX509 authorities = wanted.customerX509();
    if (authorities != null) {
      String cas = authorities.cas();
      certificates.setCustomerAuthorities(
          call.actor(), call.path("groupId"), cas == null || cas.isBlank() ? null : cas);
    }
    return Answer.accepted(shown(call));
  }

  @Operation(
      id = "disableGroupUserSecurityCustomerX509",
      feature = Feature.F06,
      route = "DELETE /groups/{groupId}/userSecurity/customerX509",
      versions = "2023-01-01")
  Answer disable(Call call) {
    certificates.setCustomerAuthorities(call.actor(), call.path("groupId"), null);
    return Answer.accepted(shown(call));
  }

  private Object shown(Call call) {
    String pem = certificates.customerAuthorities(call.actor(), call.path("groupId"));
    return Answer.object(fields -> {
      fields.put(
          "customerX509", pem == null ? Map.of() : Answer.object(one -> one.put("cas", pem)));
      fields.put("ldap", Map.of());
    });
  }
}
