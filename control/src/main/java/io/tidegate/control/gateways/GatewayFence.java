package io.tidegate.control.gateways;

import io.tidegate.link.GatewayConnection;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.stereotype.Component;

/**
 * Cuts gateways that are connected to this process and may not be any more. One that was retired is
 * given a moment to end its sessions and to say so; one whose key was replaced is given none.
 */
@Component
public class GatewayFence {
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private final GatewayStore store;
  private final GatewayRegistry registry;
  private final InstantSource clock;

  GatewayFence(GatewayStore store, GatewayRegistry registry, InstantSource clock) {
    this.store = store;
    this.registry = registry;
    this.clock = clock;
  }

  /** Looks at every gateway that is connected here. */
  public void hold() {
    registry.connected().forEach(this::hold);
  }

  void hold(GatewayConnection connection) {
    String id = connection.gatewayId();
    Standing standing = store.standing(id, GatewayStore.keyOf(connection.certificate()));
    switch (standing) {
      case GOOD -> {}
      case RETIRED -> {
        if (store.liveSessions(id) == 0 || saidEnough(id)) {
          connection.dismiss(standing.code(), standing.sentence());
        }
      }
      case UNKNOWN, REPLACED -> connection.dismiss(standing.code(), standing.sentence());
    }
  }

  private boolean saidEnough(String id) {
    return store
        .find(id)
        .map(GatewayStore.Row::retiredAt)
        .map(at -> !clock.instant().isBefore(at.plus(LAST_WORDS)))
        .orElse(true);
  }
}
