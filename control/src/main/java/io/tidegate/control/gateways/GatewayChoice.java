package io.tidegate.control.gateways;

import io.tidegate.link.GatewayConnection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chooses the gateway that a session goes through. */
public interface GatewayChoice {
  /**
   * @param gatewayName the one that the resource names; null for any connected one
   * @return empty when none is connected
   */
  Optional<GatewayConnection> choose(@Nullable String gatewayName);
}
