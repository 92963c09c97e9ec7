package io.tidegate.control.access;

import io.tidegate.control.access.GrantState.EndReason;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** Grants: listing them, ending them, and ending by itself those whose time is over. */
@Service
class StoredGrants implements Grants, GrantExpiry {
  private static final Logger LOG = LoggerFactory.getLogger(StoredGrants.class);
  private static final int BATCH = 200;

  private final GrantStore store;
  private final RequestStore requests;
  private final People people;
  private final Organizations organizations;
  private final Audit audit;
  private final Changes changes;
  private final InstantSource clock;

  StoredGrants(
      GrantStore store,
      RequestStore requests,
      People people,
      Organizations organizations,
      Audit audit,
      Changes changes,
      InstantSource clock) {
    this.store = store;
    this.requests = requests;
    this.people = people;
    this.organizations = organizations;
    this.audit = audit;
    this.changes = changes;
    this.clock = clock;
  }

  @Override
  public Page<Grant> list(Actor actor, boolean mine, boolean live, Page.Ask ask) {
    List<Grant> rows =
        Visible.page(
            ask,
            (before, limit) ->
                store.list(
                    mine || !actor.administersAnything() ? actor.userId() : null,
                    live ? clock.instant() : null,
                    before,
                    limit),
            Grant::id,
            grant -> mine ? actor.is(grant.grantee().id()) : sees(actor, grant));
    return Page.cut(rows, ask, Grant::id);
  }

  private static boolean sees(Actor actor, Grant grant) {
    return actor.is(grant.grantee().id()) || actor.administers(grant.projectId());
  }

  @Override
  public Grant grant(Actor actor, String grantId) {
    return store
        .find(grantId)
        .filter(grant -> sees(actor, grant))
        .orElseThrow(() -> Refused.notFound("grant", grantId));
  }

  @Override
  public boolean mayRevoke(Actor actor, Grant grant) {
    return grant.state() instanceof GrantState.Active && sees(actor, grant);
  }

  @Override
  public Grant revoke(Actor actor, String grantId, String reason) {
    String note = Names.text("reason", reason);
    return audit.endingAct(
        actor,
        "grant.revoke",
        Target.of("grant", grantId),
        () -> {
          Grant grant = grant(actor, grantId);
          EndReason why;
          if (actor.is(grant.grantee().id())) {
            why = EndReason.RETURNED;
          } else if (actor.owns(grant.projectId())) {
            why = EndReason.REVOKED_APPROVER;
          } else {
            why = EndReason.REVOKED_ADMIN;
          }
          switch (grant.state()) {
            case GrantState.Active active ->
                end(actor, grant, active.end(why, actor.username(), note, clock.instant()));
            case GrantState.Ended ended ->
                throw new Refused(
                    ErrorCode.STATE_CONFLICT,
                    "The grant has ended already: " + ended.reason().sentence() + ".");
          }
          return grant(actor, grantId);
        });
  }

  private void end(Actor actor, Grant grant, GrantState.Ended ended) {
    if (!store.end(grant.id(), ended)) {
      throw new Refused(ErrorCode.STATE_CONFLICT, "The grant has ended meanwhile.");
    }
    requests.markEnded(grant.requestId(), ended.at());
    audit.done(
        actor,
        "grant.end",
        target(grant),
        "reason",
        ended.reason().name(),
        "note",
        ended.note(),
        "grantee",
        grant.grantee().username());
    changes.changed(grant.id());
    changes.changed(grant.requestId());
  }

  private static Target target(Grant grant) {
    return new Target(
        "grant",
        grant.id(),
        grant.projectName() + "/" + grant.resourceName() + "/" + grant.accountName());
  }

  @Override
  public int endOverdue() {
    Instant now = clock.instant();
    Actor system = Actor.system(organizations.organizationId().orElse(""));
    int count = 0;
    boolean stuck = false;
    for (List<Grant> batch = store.overdue(now, BATCH);
        !batch.isEmpty();
        batch = store.overdue(now, BATCH)) {
      for (Grant grant : batch) {
        GrantState.Ended ended = overdueEnd(grant, now);
        try {
          audit.endingAct(
              system,
              "grant.end",
              target(grant),
              () -> {
                end(system, grant, ended);
                return grant;
              });
          count++;
        } catch (Refused e) {
          // Somebody ended it between reading and writing: that is what was wanted. Anything else
          // is tried again at the next run.
          stuck |= e.code() != ErrorCode.STATE_CONFLICT;
        } catch (RuntimeException e) {
          // One that cannot be ended must not keep the others alive.
          stuck = true;
          LOG.atError().addKeyValue("grantId", grant.id()).setCause(e).log("a grant did not end");
        }
      }
      if (stuck || batch.size() < BATCH) {
        break;
      }
    }
    return count;
  }

  private GrantState.Ended overdueEnd(Grant grant, Instant now) {
    GrantState.Active active = new GrantState.Active();
    if (!now.isBefore(grant.expiresAt())) {
      return active.expire(grant.expiresAt());
    }
    boolean disabled =
        people.find(grant.grantee().id()).map(person -> !person.active()).orElse(true);
    return active.end(
        disabled ? EndReason.IDENTITY_DISABLED : EndReason.POLICY_CHANGED, Actor.SYSTEM, "", now);
  }

  @Override
  public Optional<Instant> nextExpiry() {
    List<Instant> instants = new ArrayList<>();
    store.nextExpiry().ifPresent(instants::add);
    requests.nextExpiry().ifPresent(instants::add);
    return instants.stream().min(Instant::compareTo);
  }

  @Override
  public Optional<Grant> find(String grantId) {
    return store.find(grantId);
  }

  @Override
  public Optional<Grant> usable(Person person, String accountId) {
    return store.liveOf(person.id(), accountId, clock.instant());
  }
}
