package io.tidegate.control.access;

import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Resources put together with flows, grants and open requests. */
@Service
class StoredCatalogue implements Catalogue {
  private final Resources resources;
  private final FlowStore flows;
  private final GrantStore grants;
  private final StoredAccessRequests requests;
  private final InstantSource clock;

  StoredCatalogue(
      Resources resources,
      FlowStore flows,
      GrantStore grants,
      StoredAccessRequests requests,
      InstantSource clock) {
    this.resources = resources;
    this.flows = flows;
    this.grants = grants;
    this.requests = requests;
    this.clock = clock;
  }

  @Override
  public Page<Offer> list(Actor actor, @Nullable String projectReference, Page.Ask ask) {
    return resources.list(actor, projectReference, ask).map(resource -> offer(actor, resource));
  }

  @Override
  public Offer offer(Actor actor, @Nullable String projectReference, String resourceReference) {
    return offer(actor, resources.resource(actor, projectReference, resourceReference));
  }

  private Offer offer(Actor actor, Resource resource) {
    List<AccountOffer> accounts =
        resources.accounts(actor, resource.id()).stream()
            .map(account -> offer(actor, resource, account))
            .toList();
    return new Offer(resource, accounts);
  }

  private AccountOffer offer(Actor actor, Resource resource, Account account) {
    AccessFlow flow = flows.ofAccount(account.id()).orElse(null);
    return new AccountOffer(
        account,
        flow,
        flow != null && flow.approval() == AccessFlow.Approval.APPROVER
            ? requests.deciders(flow, resource.projectId(), actor.userId())
            : List.of(),
        flow != null && StoredAccessRequests.admits(flow, actor, resource.projectId()),
        grants.liveOf(actor.userId(), account.id(), clock.instant()).orElse(null),
        requests.openRequest(actor.userId(), account.id()).orElse(null));
  }
}
