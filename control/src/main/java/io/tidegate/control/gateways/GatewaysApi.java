package io.tidegate.control.gateways;

import io.tidegate.control.api.Require;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/gateways}. */
@RestController
@RequestMapping("/api/v1/gateways")
class GatewaysApi {
  private final Gateways gateways;

  GatewaysApi(Gateways gateways) {
    this.gateways = gateways;
  }

  record TokenBody(@Nullable String name) {}

  record TokenAnswer(String name, String token, Instant expiresAt) {
    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  @GetMapping
  Page<Gateway> list(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    return gateways.list(actor, Page.Ask.of(limit, cursor));
  }

  @PostMapping("/tokens")
  ResponseEntity<TokenAnswer> token(
      @AuthenticationPrincipal Actor actor, @RequestBody TokenBody body) {
    Gateways.Invitation invitation =
        gateways.createJoinToken(actor, Require.field("name", body.name()));
    return ResponseEntity.status(HttpStatus.CREATED)
        .header("Cache-Control", "no-store")
        .body(
            new TokenAnswer(
                invitation.name(), invitation.token().reveal(), invitation.expiresAt()));
  }
}
