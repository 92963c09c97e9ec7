package io.tidegate.control.portal;

import io.tidegate.control.gateways.Gateway;
import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.gateways.LinkAddress;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.GatewaysView;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The gateways, and letting new ones join. */
@Controller
class GatewayPages {
  private final Frames frames;
  private final Gateways gateways;
  private final LinkAddress link;

  GatewayPages(Frames frames, Gateways gateways, LinkAddress link) {
    this.frames = frames;
    this.gateways = gateways;
    this.link = link;
  }

  @GetMapping("/gateways")
  ModelAndView list(@AuthenticationPrincipal Actor actor, HttpServletRequest request) {
    return page(actor, request, FormView.blank(), null);
  }

  /**
   * Makes a join token and shows it in the answer itself: it is told once, so there is no address
   * that would show it again.
   */
  @PostMapping("/gateways/tokens")
  ModelAndView token(
      @AuthenticationPrincipal Actor actor, HttpServletRequest request, @RequestParam String name) {
    try {
      Gateways.Invitation made = gateways.createJoinToken(actor, name.strip());
      String command =
          "./tidegate gateway --name "
              + made.name()
              + " --join "
              + made.token().reveal()
              + " --control "
              + link.dialled(request.getServerName())
              + " --data ./"
              + made.name();
      return page(
          actor,
          request,
          FormView.blank(),
          new GatewaysView.Token(made.name(), command, made.expiresAt()));
    } catch (Refused refused) {
      if (refused.code().status() == 403) {
        throw refused;
      }
      ModelAndView again =
          page(
              actor,
              request,
              FormView.of(Map.of("name", name)).with("name", refused.detail()),
              null);
      again.setStatus(HttpStatusCode.valueOf(refused.code().status()));
      return again;
    }
  }

  @PostMapping("/gateways/{id}/retire")
  ModelAndView retire(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam String reason,
      @RequestParam String confirm) {
    Confirmed.byName(confirm, nameOf(actor, id));
    gateways.retire(actor, id, reason);
    return new ModelAndView("redirect:/gateways?done=" + Done.RETIRED.code());
  }

  private String nameOf(Actor actor, String id) {
    return gateways.list(actor, new Page.Ask(Page.Ask.MOST, null)).items().stream()
        .filter(gateway -> gateway.id().equals(id))
        .map(Gateway::name)
        .findFirst()
        .orElseThrow(() -> Refused.notFound("gateway", id));
  }

  @PostMapping("/gateways/tokens/{id}/revoke")
  ModelAndView revokeToken(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    gateways.revokeJoinToken(actor, id);
    return new ModelAndView("redirect:/gateways?done=" + Done.TOKEN_REVOKED.code());
  }

  private ModelAndView page(
      Actor actor, HttpServletRequest request, FormView form, GatewaysView.@Nullable Token token) {
    boolean manages = actor.runsInstallation();
    List<Gateway> known = gateways.list(actor, new Page.Ask(Page.Ask.MOST, null)).items();
    List<GatewaysView.Row> rows =
        known.stream()
            .filter(gateway -> gateway.status() != Gateway.Status.RETIRED)
            .map(GatewayPages::row)
            .toList();
    List<GatewaysView.Retired> retired =
        known.stream()
            .filter(gateway -> gateway.retiredAt() != null)
            .map(gateway ->
                new GatewaysView.Retired(gateway.name(), gateway.retiredAt(), gateway.retiredBy()))
            .toList();
    List<GatewaysView.Open> waiting =
        manages
            ? gateways.openJoinTokens(actor).stream()
                .map(open ->
                    new GatewaysView.Open(
                        open.id(), open.name(), open.createdBy(), open.expiresAt()))
                .toList()
            : List.of();
    return frames.page(
        request,
        actor,
        Place.GATEWAYS,
        "page/gateways",
        Map.of("view", new GatewaysView(rows, retired, waiting, form, token, manages)));
  }

  private static GatewaysView.Row row(Gateway gateway) {
    String version = gateway.version();
    String address = gateway.tunnelAddress();
    return new GatewaysView.Row(
        gateway.id(),
        gateway.name(),
        GatewayStates.pill(gateway.status()),
        gateway.lastSeenAt(),
        version == null ? "" : "version " + version,
        address == null ? "not said yet" : address,
        Integer.toString(gateway.liveSessions()),
        gateway.certificateExpiresAt(),
        gateway.embedded());
  }
}
