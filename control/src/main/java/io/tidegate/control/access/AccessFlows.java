package io.tidegate.control.access;

import io.tidegate.control.platform.Actor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The access flows. One flow an account. */
public interface AccessFlows {

  /** What a new or changed flow is to be. People are named by id or username. */
  record Draft(
      AccessFlow.Approval approval,
      List<String> requesters,
      List<String> approvers,
      Duration defaultDuration,
      Duration maxDuration,
      boolean reasonRequired) {
    public Draft {
      requesters = List.copyOf(requesters);
      approvers = List.copyOf(approvers);
    }
  }

  AccessFlow flow(Actor actor, String flowId);

  Optional<AccessFlow> ofAccount(Actor actor, String accountId);

  AccessFlow create(Actor actor, String accountId, Draft draft);

  AccessFlow update(Actor actor, String flowId, long expectedVersion, Draft draft);

  void delete(Actor actor, String flowId, long expectedVersion);
}
