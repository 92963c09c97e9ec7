package io.tidegate.gateway.session;

import java.time.Instant;

/**
 * Why and when a session ended; what its clients are told.
 *
 * @param code stable, for programs: {@code expired}, {@code revoked}, {@code idle}, {@code left}, …
 * @param reason one sentence for people, without secrets
 * @param at by the gateway's clock
 */
public record Ending(String code, String reason, Instant at) {
  /** The lease's time is over. */
  public static final String EXPIRED = "expired";

  /** Somebody ended it before its time. */
  public static final String REVOKED = "revoked";

  /** No command for longer than the lease allows. */
  public static final String IDLE = "idle";

  /** The person's tunnel is gone and no connection is left. */
  public static final String LEFT = "left";

  /** The lease no longer admits what the connection came with. */
  public static final String NOT_ADMITTED = "not-admitted";

  /** The gateway itself stops. */
  public static final String SHUTDOWN = "gateway-shutdown";
}
