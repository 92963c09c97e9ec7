package io.tidegate.control.gateways;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that has joined.
 *
 * @param id {@code gtw_…}
 * @param tunnelAddress host:port where clients reach it; null until it said so
 * @param embedded whether it runs in the control plane's own process
 */
public record Gateway(
    String id,
    String name,
    Status status,
    @Nullable String version,
    @Nullable String tunnelAddress,
    boolean embedded,
    @Nullable Instant lastSeenAt,
    int liveSessions,
    Instant createdAt) {

  /** Whether it can take sessions. */
  public enum Status {
    /** Joined, never connected. */
    REGISTERED,
    ONLINE,
    OFFLINE
  }
}
