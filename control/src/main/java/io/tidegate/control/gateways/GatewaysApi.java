package io.tidegate.control.gateways;

import io.tidegate.control.api.Require;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
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
  private final LinkAddress link;

  GatewaysApi(Gateways gateways, LinkAddress link) {
    this.gateways = gateways;
    this.link = link;
  }

  record TokenBody(@Nullable String name) {}

  record RetireBody(@Nullable String reason) {}

  record TokenAnswer(String id, String name, String token, String control, Instant expiresAt) {
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
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestBody TokenBody body) {
    Gateways.Invitation invitation =
        gateways.createJoinToken(actor, Require.field("name", body.name()));
    return ResponseEntity.status(HttpStatus.CREATED)
        .header("Cache-Control", "no-store")
        .body(
            new TokenAnswer(
                invitation.id(),
                invitation.name(),
                invitation.token().reveal(),
                link.dialled(request.getServerName()),
                invitation.expiresAt()));
  }

  record Tokens(List<Gateways.OpenInvitation> items) {}

  @GetMapping("/tokens")
  Tokens tokens(@AuthenticationPrincipal Actor actor) {
    return new Tokens(gateways.openJoinTokens(actor));
  }

  @DeleteMapping("/tokens/{id}")
  ResponseEntity<Void> revokeToken(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    gateways.revokeJoinToken(actor, id);
    return ResponseEntity.noContent().build();
  }

  @PostMapping("/{id}/retire")
  Gateway retire(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable RetireBody body) {
    return gateways.retire(actor, id, body == null ? "" : Require.orEmpty(body.reason()));
  }
}
