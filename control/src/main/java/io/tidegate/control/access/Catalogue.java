package io.tidegate.control.access;

import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a person sees of the resources: each account with the way to get it. */
public interface Catalogue {

  /** A resource with its accounts. */
  record Offer(Resource resource, List<AccountOffer> accounts) {
    public Offer {
      accounts = List.copyOf(accounts);
    }
  }

  /**
   * An account and how the actor gets it.
   *
   * @param flow null when no flow leads there, so that nobody can ask
   * @param approvers who decides the actor's request: active, and never the actor
   * @param mayRequest whether the flow admits the actor
   * @param usableGrant the actor's live grant of it that ends last
   * @param openRequest the actor's request that waits for a decision
   */
  record AccountOffer(
      Account account,
      @Nullable AccessFlow flow,
      List<PersonRef> approvers,
      boolean mayRequest,
      @Nullable Grant usableGrant,
      @Nullable AccessRequest openRequest) {
    public AccountOffer {
      approvers = List.copyOf(approvers);
    }
  }

  Page<Offer> list(Actor actor, @Nullable String projectReference, Page.Ask ask);

  Offer offer(Actor actor, @Nullable String projectReference, String resourceReference);
}
