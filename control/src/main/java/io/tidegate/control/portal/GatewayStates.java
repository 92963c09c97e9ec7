package io.tidegate.control.portal;

import io.tidegate.control.cluster.Resource;
import io.tidegate.control.gateways.Gateway;
import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.portal.view.Pill;
import io.tidegate.control.portal.view.Tone;
import java.util.List;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** Whether a resource can be reached now, for those who may know. */
@Component
class GatewayStates {
  private final Gateways gateways;

  GatewayStates(Gateways gateways) {
    this.gateways = gateways;
  }

  Pill of(Actor actor, Resource resource) {
    String named = resource.gatewayName();
    if (!actor.administersAnything()) {
      return new Pill(named == null ? "any gateway" : named, Tone.QUIET);
    }
    List<Gateway> fitting =
        gateways.list(actor, new Page.Ask(Page.Ask.MOST, null)).items().stream()
            .filter(gateway -> gateway.status() != Gateway.Status.RETIRED)
            .filter(gateway -> named == null || Objects.equals(gateway.name(), named))
            .toList();
    boolean online =
        fitting.stream().anyMatch(gateway -> gateway.status() == Gateway.Status.ONLINE);
    if (online) {
      return new Pill("reachable", Tone.OPEN);
    }
    return fitting.isEmpty()
        ? new Pill("no gateway", Tone.NO)
        : new Pill("gateway offline", Tone.NO);
  }

  static Pill pill(Gateway.Status status) {
    return switch (status) {
      case ONLINE -> new Pill("online", Tone.OPEN);
      case OFFLINE -> new Pill("offline", Tone.NO);
      case RETIRED -> new Pill("retired", Tone.QUIET);
      case REGISTERED -> new Pill("never connected", Tone.WAIT);
    };
  }
}
