package io.tidegate.control.access;

import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.platform.Actor;
import org.jspecify.annotations.Nullable;

/** An account together with the flow that leads to it: both are changed, or neither is. */
public interface AccountSetup {

  /**
   * Makes both.
   *
   * @param flow null for an account that nobody can ask for yet
   */
  Account create(
      Actor actor,
      String resourceId,
      Resources.AccountDraft account,
      AccessFlows.@Nullable Draft flow);

  /**
   * Which flow is changed, at which version.
   *
   * @param flowId null when there is none yet, which makes one
   */
  record FlowChange(@Nullable String flowId, long expectedVersion, AccessFlows.Draft draft) {}

  /** Changes both. */
  Account update(
      Actor actor,
      String accountId,
      long expectedVersion,
      Resources.AccountDraft account,
      FlowChange flow);
}
