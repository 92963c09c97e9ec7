package io.tidegate.control.access;

import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Database;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * The two services in one transaction. Each authorizes and audits its own part; a refusal of either
 * undoes both.
 */
@Service
class StoredAccountSetup implements AccountSetup {
  private final Resources resources;
  private final AccessFlows flows;
  private final Database database;

  StoredAccountSetup(Resources resources, AccessFlows flows, Database database) {
    this.resources = resources;
    this.flows = flows;
    this.database = database;
  }

  @Override
  public Account create(
      Actor actor,
      String resourceId,
      Resources.AccountDraft account,
      AccessFlows.@Nullable Draft flow) {
    return database.inTransaction(() -> {
      Account made = resources.createAccount(actor, resourceId, account);
      if (flow != null) {
        flows.create(actor, made.id(), flow);
      }
      return made;
    });
  }

  @Override
  public Account update(
      Actor actor,
      String accountId,
      long expectedVersion,
      Resources.AccountDraft account,
      FlowChange flow) {
    return database.inTransaction(() -> {
      Account changed = resources.updateAccount(actor, accountId, expectedVersion, account);
      String flowId = flow.flowId();
      if (flowId == null) {
        flows.create(actor, accountId, flow.draft());
      } else {
        flows.update(actor, flowId, flow.expectedVersion(), flow.draft());
      }
      return changed;
    });
  }
}
