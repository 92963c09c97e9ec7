package io.tidegate.control.gateways;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that has joined.
 *
 * @param id {@code gtw_…}
 * @param tunnelAddress host:port where clients reach it; null until it said so
 * @param embedded whether it runs in the control plane's own process
 * @param certificateExpiresAt when what it shows runs out unless it is renewed, which a connected
 *     gateway does by itself; null when no key of it counts
 * @param retiredAt since when it is out of service; null while it is not
 * @param retiredBy the username of who took it out of service
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
    Instant createdAt,
    @Nullable Instant certificateExpiresAt,
    @Nullable Instant retiredAt,
    @Nullable String retiredBy) {

  /** Whether it can take sessions. */
  public enum Status {
    /** Joined, never connected. */
    REGISTERED,
    ONLINE,
    OFFLINE,
    /** Out of service, until one of its name joins again. */
    RETIRED
  }
}
