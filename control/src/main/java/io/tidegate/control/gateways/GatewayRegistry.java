package io.tidegate.control.gateways;

import io.tidegate.link.GatewayConnection;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The gateways that are connected to this process. */
@Component
public final class GatewayRegistry {
  private final Map<String, GatewayConnection> connections = new ConcurrentHashMap<>();

  GatewayRegistry() {}

  public Optional<GatewayConnection> connection(String gatewayId) {
    return Optional.ofNullable(connections.get(gatewayId));
  }

  public Collection<GatewayConnection> connected() {
    return connections.values();
  }

  /** The newest connection counts; the one it replaces is cut. */
  void put(GatewayConnection connection) {
    GatewayConnection old = connections.put(connection.gatewayId(), connection);
    if (old != null && !old.equals(connection)) {
      old.close("the gateway connected again");
    }
  }

  /** False when a newer connection has taken the place. */
  boolean remove(GatewayConnection connection) {
    return connections.remove(connection.gatewayId(), connection);
  }
}
