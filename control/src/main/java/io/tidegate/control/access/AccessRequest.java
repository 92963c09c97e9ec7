package io.tidegate.control.access;

import io.tidegate.control.platform.PersonRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's wish for an account for a while.
 *
 * @param id {@code req_…}
 * @param approval how its flow decided or decides, as the flow stood when it was made
 * @param reason why; empty when the flow requires none and none was given
 * @param approvers who can decide it now; never the requester; empty once it is decided
 * @param decision the approver's decision, when there was one
 */
public record AccessRequest(
    String id,
    String projectId,
    String projectName,
    String resourceId,
    String resourceName,
    String accountId,
    String accountName,
    PersonRef requester,
    AccessFlow.Approval approval,
    String flowId,
    long flowVersion,
    Duration duration,
    String reason,
    RequestState state,
    @Nullable Decision decision,
    List<PersonRef> approvers,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  /** What an approver decided. */
  public record Decision(PersonRef by, boolean approved, String reason, Instant at) {}

  public AccessRequest {
    approvers = List.copyOf(approvers);
  }

  public RequestState.Status status() {
    return state.status();
  }

  /** The grant it became; null when it has not. */
  public @Nullable String grantId() {
    return switch (state) {
      case RequestState.Active active -> active.grantId();
      case RequestState.Ended ended -> ended.grantId();
      case RequestState.PendingApproval _,
          RequestState.Rejected _,
          RequestState.Cancelled _,
          RequestState.Expired _ ->
          null;
    };
  }
}
