package io.tidegate.control.access;

import io.tidegate.control.platform.PersonRef;
import java.time.Instant;

/**
 * An account in somebody's hands for a while.
 *
 * @param id {@code grt_…}
 * @param expiresAt when it ends at the latest
 */
public record Grant(
    String id,
    String requestId,
    PersonRef grantee,
    String projectId,
    String projectName,
    String resourceId,
    String resourceName,
    String accountId,
    String accountName,
    GrantState state,
    Instant startsAt,
    Instant expiresAt,
    String reason,
    long version) {

  /** Whether it opens anything at this instant: expiry needs nobody to notice it. */
  public boolean livesAt(Instant now) {
    return state instanceof GrantState.Active && !now.isBefore(startsAt) && now.isBefore(expiresAt);
  }
}
