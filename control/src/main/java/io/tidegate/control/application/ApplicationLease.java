package io.tidegate.control.application;

import io.tidegate.control.lease.LeaseStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one gateway must hold for one database user and one resource, as it was last written down.
 *
 * @param id {@code lse_…}
 * @param sessionId {@code ses_…}, under which the gateway tells and records what happens
 * @param fingerprint of all that the revision is made of
 * @param trouble why the gateway does not hold it; null when nothing is known
 * @param endCode why it must go, for programs; null while it need not
 */
record ApplicationLease(
    String id,
    String sessionId,
    String userId,
    String username,
    String projectId,
    String resourceId,
    String gatewayId,
    LeaseStatus status,
    long revision,
    String fingerprint,
    Instant expiresAt,
    @Nullable String trouble,
    int connections,
    @Nullable String lastClient,
    @Nullable Instant lastSeenAt,
    @Nullable String endCode,
    @Nullable String endReason) {

  /** Whom it is for, and where. */
  record UserOnCluster(String userId, String resourceId) {}

  UserOnCluster key() {
    return new UserOnCluster(userId, resourceId);
  }
}
