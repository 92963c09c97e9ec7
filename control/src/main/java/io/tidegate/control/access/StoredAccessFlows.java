package io.tidegate.control.access;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;

/** Access flows, changed by owners of the project and administrators. */
@Service
class StoredAccessFlows implements AccessFlows {
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(30);

  private final FlowStore store;
  private final PlaceStore places;
  private final People people;
  private final Audit audit;
  private final Changes changes;
  private final Ids ids;
  private final InstantSource clock;

  StoredAccessFlows(
      FlowStore store,
      PlaceStore places,
      People people,
      Audit audit,
      Changes changes,
      Ids ids,
      InstantSource clock) {
    this.store = store;
    this.places = places;
    this.people = people;
    this.audit = audit;
    this.changes = changes;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public AccessFlow flow(Actor actor, String flowId) {
    AccessFlow flow = store.find(flowId).orElseThrow(() -> Refused.notFound("access flow", flowId));
    if (!actor.sees(place(flow.accountId()).projectId())) {
      throw Refused.notFound("access flow", flowId);
    }
    return flow;
  }

  private Place place(String accountId) {
    return places.ofAccount(accountId).orElseThrow(() -> Refused.notFound("account", accountId));
  }

  @Override
  public Optional<AccessFlow> ofAccount(Actor actor, String accountId) {
    return places
        .ofAccount(accountId)
        .filter(place -> actor.sees(place.projectId()))
        .flatMap(place -> store.ofAccount(accountId));
  }

  @Override
  public AccessFlow create(Actor actor, String accountId, Draft draft) {
    return audit.act(
        actor,
        "flow.create",
        Target.of("account", accountId),
        () -> {
          Place place = place(accountId);
          requireAdministers(actor, place);
          Instant now = clock.instant();
          AccessFlow flow = flow(ids.next("flw"), accountId, draft, 1, now, now);
          try {
            store.insert(flow, actor.userId());
          } catch (DataAccessException e) {
            if (Database.isDuplicate(e)) {
              throw new Refused(
                  ErrorCode.NAME_TAKEN,
                  "The account has an access flow already.",
                  "Change that one.");
            }
            throw e;
          }
          audit.done(
              actor, "flow.create", new Target("flow", flow.id(), place.title()), facts(flow));
          changes.changed(flow.id());
          return flow;
        });
  }

  @Override
  public AccessFlow update(Actor actor, String flowId, long expectedVersion, Draft draft) {
    return audit.act(
        actor,
        "flow.update",
        Target.of("flow", flowId),
        () -> {
          AccessFlow old = flow(actor, flowId);
          Place place = place(old.accountId());
          requireAdministers(actor, place);
          AccessFlow flow =
              flow(
                  flowId,
                  old.accountId(),
                  draft,
                  expectedVersion + 1,
                  old.createdAt(),
                  clock.instant());
          if (!store.update(flow, expectedVersion, actor.userId())) {
            throw versionConflict(expectedVersion);
          }
          audit.done(
              actor, "flow.update", new Target("flow", flow.id(), place.title()), facts(flow));
          changes.changed(flow.id());
          return flow;
        });
  }

  @Override
  public void delete(Actor actor, String flowId, long expectedVersion) {
    audit.act(
        actor,
        "flow.delete",
        Target.of("flow", flowId),
        () -> {
          AccessFlow flow = flow(actor, flowId);
          Place place = place(flow.accountId());
          requireAdministers(actor, place);
          if (!store.delete(flowId, expectedVersion, clock.instant())) {
            throw versionConflict(expectedVersion);
          }
          audit.done(actor, "flow.delete", new Target("flow", flowId, place.title()));
          changes.changed(flowId);
          return flow;
        });
  }

  private static Refused versionConflict(long expectedVersion) {
    return new Refused(
        ErrorCode.VERSION_CONFLICT, "The flow is not at version " + expectedVersion + " any more.");
  }

  private AccessFlow flow(
      String id, String accountId, Draft draft, long version, Instant createdAt, Instant now) {
    Duration most = draft.maxDuration();
    Duration usual = draft.defaultDuration();
    if (most.compareTo(SHORTEST) < 0 || most.compareTo(LONGEST) > 0) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "maxDuration must be between one minute and thirty days.");
    }
    if (usual.compareTo(SHORTEST) < 0 || usual.compareTo(most) > 0) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "defaultDuration must be between one minute and maxDuration.");
    }
    return new AccessFlow(
        id,
        accountId,
        draft.approval(),
        refs("requesters", draft.requesters()),
        refs("approvers", draft.approvers()),
        usual,
        most,
        draft.reasonRequired(),
        version,
        createdAt,
        now);
  }

  private List<PersonRef> refs(String field, List<String> references) {
    return references.stream()
        .map(reference ->
            people
                .find(reference)
                .map(Person::ref)
                .orElseThrow(() ->
                    new Refused(
                        ErrorCode.BAD_INPUT, field + ": there is no person '" + reference + "'.")))
        .distinct()
        .toList();
  }

  private static void requireAdministers(Actor actor, Place place) {
    if (!actor.administers(place.projectId())) {
      throw Refused.notAllowed(
          "Only owners of the project and administrators change its access flows.");
    }
  }

  private static String names(List<PersonRef> people, String whenEmpty) {
    return people.isEmpty()
        ? whenEmpty
        : people.stream().map(PersonRef::username).collect(Collectors.joining(", "));
  }

  private static String[] facts(AccessFlow flow) {
    return new String[] {
      "approval",
      flow.approval().name(),
      "requesters",
      names(flow.requesters(), "members"),
      "approvers",
      names(flow.approvers(), "owners"),
      "maxDuration",
      flow.maxDuration().toString(),
      "defaultDuration",
      flow.defaultDuration().toString(),
      "reasonRequired",
      Boolean.toString(flow.reasonRequired()),
      "version",
      Long.toString(flow.version())
    };
  }
}
