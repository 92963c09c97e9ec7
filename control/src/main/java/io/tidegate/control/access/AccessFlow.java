package io.tidegate.control.access;

import io.tidegate.control.platform.PersonRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The rule by which an account is had: who may ask, who decides, and for how long.
 *
 * @param id {@code flw_…}
 * @param requesters the people who may ask; empty for every member of the project
 * @param approvers the people who may decide besides the project's owners
 * @param defaultDuration what a request gets that names none
 */
public record AccessFlow(
    String id,
    String accountId,
    Approval approval,
    List<PersonRef> requesters,
    List<PersonRef> approvers,
    Duration defaultDuration,
    Duration maxDuration,
    boolean reasonRequired,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  /** Who decides. */
  public enum Approval {
    /** Nobody has to: the request becomes a grant at once. */
    AUTO,
    /** An approver, never the requester. */
    APPROVER
  }

  public AccessFlow {
    requesters = List.copyOf(requesters);
    approvers = List.copyOf(approvers);
  }
}
