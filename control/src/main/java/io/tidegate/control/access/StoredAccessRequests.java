package io.tidegate.control.access;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Tenancy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Requests: filed, decided, and turned to grants, each in one transaction. */
@Service
class StoredAccessRequests implements AccessRequests, RequestExpiry {
  static final Duration TIME_TO_LIVE = Duration.ofHours(3);
  static final String DRY_RUN_ID = "req_dry-run";
  private static final int BATCH = 200;
  private static final Set<RequestState.Status> PENDING =
      Set.of(RequestState.Status.PENDING_APPROVAL);

  private final RequestStore store;
  private final GrantStore grants;
  private final FlowStore flows;
  private final PlaceStore places;
  private final People people;
  private final Organizations organizations;
  private final Tenancy tenancy;
  private final Audit audit;
  private final Changes changes;
  private final Ids ids;
  private final InstantSource clock;

  StoredAccessRequests(
      RequestStore store,
      GrantStore grants,
      FlowStore flows,
      PlaceStore places,
      People people,
      Organizations organizations,
      Tenancy tenancy,
      Audit audit,
      Changes changes,
      Ids ids,
      InstantSource clock) {
    this.store = store;
    this.grants = grants;
    this.flows = flows;
    this.places = places;
    this.people = people;
    this.organizations = organizations;
    this.tenancy = tenancy;
    this.audit = audit;
    this.changes = changes;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Filed file(Actor actor, Draft draft) {
    return audit.act(
        actor,
        "request.file",
        Target.of("account", draft.resource() + "/" + draft.account()),
        () -> fileOnce(actor, draft));
  }

  private Filed fileOnce(Actor actor, Draft draft) {
    Plan plan = plan(actor, draft);
    Optional<AccessRequest> open = store.open(actor.userId(), plan.place().accountId());
    if (open.isPresent()) {
      return waiting(open.get(), plan);
    }
    Instant now = clock.instant();
    String id = ids.next("req");
    String grantId = ids.next("grt");
    AccessRequest request = request(actor, id, grantId, plan, now);
    if (!store.insert(request, now.plus(TIME_TO_LIVE))) {
      // An equal one came in at the same instant and is stored now.
      return waiting(store.open(actor.userId(), plan.place().accountId()).orElseThrow(), plan);
    }
    audit.done(
        actor,
        "request.file",
        new Target("request", id, plan.place().title()),
        "duration",
        plan.duration().toString(),
        "reason",
        plan.reason(),
        "flow",
        plan.flow().id() + " v" + plan.flow().version());
    switch (plan.flow().approval()) {
      case AUTO -> grant(Actor.system(actor.organizationId()), request, grantId, now);
      case APPROVER -> {}
    }
    changes.changed(id);
    return new Filed(find(id), true);
  }

  private Filed waiting(AccessRequest old, Plan plan) {
    if (old.duration().equals(plan.duration()) && old.reason().equals(plan.reason())) {
      return new Filed(shown(old), false);
    }
    throw new Refused(
        ErrorCode.REQUEST_OPEN,
        "Your request "
            + old.id()
            + " for "
            + plan.place().title()
            + " waits for a decision, with another duration or reason.");
  }

  /** What a draft comes to when it is legal. */
  private record Plan(Place place, AccessFlow flow, Duration duration, String reason) {}

  private Plan plan(Actor actor, Draft draft) {
    Place place = place(actor, draft);
    AccessFlow flow =
        flows
            .ofAccount(place.accountId())
            .filter(f -> admits(f, actor, place.projectId()))
            .orElseThrow(() ->
                new Refused(
                    ErrorCode.NO_FLOW, "No access flow of " + place.title() + " lets you ask."));
    Duration wanted = draft.duration();
    Duration duration = wanted == null ? flow.defaultDuration() : wanted;
    if (duration.compareTo(Duration.ofMinutes(1)) < 0
        || duration.compareTo(flow.maxDuration()) > 0) {
      throw new Refused(
          ErrorCode.DURATION_OUT_OF_BOUNDS,
          "The flow of "
              + place.title()
              + " allows one minute to "
              + spoken(flow.maxDuration())
              + "; "
              + spoken(duration)
              + " was asked for.");
    }
    String reason = Names.text("reason", draft.reason());
    if (flow.reasonRequired() && reason.isEmpty()) {
      throw new Refused(
          ErrorCode.REASON_REQUIRED, "The flow of " + place.title() + " requires a reason.");
    }
    if (flow.approval() == AccessFlow.Approval.AUTO && actor.is(flows.changedBy(flow.id()))) {
      throw new Refused(
          ErrorCode.OWN_REQUEST,
          "You changed the flow of "
              + place.title()
              + " last, and it grants by itself: that would be deciding your own request.",
          "Ask another owner or an administrator to look at the flow and save it again.");
    }
    return new Plan(place, flow, Duration.ofSeconds(duration.toSeconds()), reason);
  }

  private Place place(Actor actor, Draft draft) {
    // What the actor may neither see nor ask for does not exist for them.
    List<Place> found =
        places.find(draft.project(), draft.resource(), draft.account()).stream()
            .filter(place ->
                actor.sees(place.projectId())
                    || flows
                        .ofAccount(place.accountId())
                        .filter(flow -> admits(flow, actor, place.projectId()))
                        .isPresent())
            .toList();
    if (found.isEmpty()) {
      throw Refused.notFound("account", draft.resource() + "/" + draft.account());
    }
    if (found.size() > 1) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "Several projects have a resource '" + draft.resource() + "'.",
          "Name the project too, with --project-id.");
    }
    return found.getFirst();
  }

  static boolean admits(AccessFlow flow, Actor actor, String projectId) {
    if (flow.requesters().isEmpty()) {
      return actor.mayRequestIn(projectId);
    }
    return flow.requesters().stream().anyMatch(person -> actor.is(person.id()));
  }

  static String spoken(Duration duration) {
    long minutes = duration.toMinutes();
    if (minutes < 60) {
      return duration.toSeconds() % 60 == 0 ? minutes + " min" : duration.toSeconds() + " s";
    }
    return minutes % 60 == 0 ? minutes / 60 + " h" : minutes / 60 + " h " + minutes % 60 + " min";
  }

  private AccessRequest request(Actor actor, String id, String grantId, Plan plan, Instant now) {
    RequestState state =
        switch (plan.flow().approval()) {
          case AUTO -> new RequestState.Active(grantId);
          case APPROVER -> new RequestState.PendingApproval(now.plus(TIME_TO_LIVE));
        };
    Place place = plan.place();
    return new AccessRequest(
        id,
        place.projectId(),
        place.projectName(),
        place.resourceId(),
        place.resourceName(),
        place.accountId(),
        place.accountName(),
        actor.ref(),
        plan.flow().approval(),
        plan.flow().id(),
        plan.flow().version(),
        plan.duration(),
        plan.reason(),
        state,
        null,
        state.status() == RequestState.Status.PENDING_APPROVAL
            ? deciders(plan.flow(), place.projectId(), actor.userId())
            : List.of(),
        1,
        now,
        now);
  }

  private void grant(Actor by, AccessRequest request, String grantId, Instant now) {
    Grant grant =
        new Grant(
            grantId,
            request.id(),
            request.requester(),
            request.projectId(),
            request.projectName(),
            request.resourceId(),
            request.resourceName(),
            request.accountId(),
            request.accountName(),
            new GrantState.Active(),
            now,
            now.plus(request.duration()),
            request.reason(),
            1);
    grants.insert(grant);
    audit.done(
        by,
        "grant.start",
        new Target("grant", grantId, title(request)),
        "grantee",
        request.requester().username(),
        "request",
        request.id(),
        "expiresAt",
        grant.expiresAt().toString());
    changes.changed(grantId);
  }

  private static String title(AccessRequest request) {
    return request.projectName() + "/" + request.resourceName() + "/" + request.accountName();
  }

  @Override
  public AccessRequest dryRun(Actor actor, Draft draft) {
    return request(actor, DRY_RUN_ID, "grt_dry-run", plan(actor, draft), clock.instant());
  }

  @Override
  public Page<AccessRequest> list(
      Actor actor, View view, Set<RequestState.Status> statuses, Page.Ask ask) {
    Page<AccessRequest> page =
        switch (view) {
          case MINE -> list(ask, actor.userId(), statuses, request -> true);
          case TO_APPROVE -> list(ask, null, PENDING, request -> mayDecide(actor, request));
          case ALL ->
              list(
                  ask,
                  actor.administersAnything() ? null : actor.userId(),
                  statuses,
                  request -> sees(actor, request));
        };
    return page.map(this::shown);
  }

  private Page<AccessRequest> list(
      Page.Ask ask,
      @Nullable String requesterId,
      Set<RequestState.Status> statuses,
      Predicate<AccessRequest> visible) {
    return Page.cut(
        Visible.page(
            ask,
            (before, limit) -> store.list(requesterId, statuses, before, limit),
            AccessRequest::id,
            visible),
        ask,
        AccessRequest::id);
  }

  private boolean sees(Actor actor, AccessRequest request) {
    return actor.is(request.requester().id())
        || actor.administers(request.projectId())
        || mayDecide(actor, request);
  }

  @Override
  public AccessRequest request(Actor actor, String requestId) {
    return store
        .find(requestId)
        .filter(request -> sees(actor, request))
        .map(this::shown)
        .orElseThrow(() -> Refused.notFound("request", requestId));
  }

  private AccessRequest find(String requestId) {
    return store
        .find(requestId)
        .map(this::shown)
        .orElseThrow(() -> Refused.notFound("request", requestId));
  }

  /** The request as it stands now: expired when its time is over, with those who can decide it. */
  private AccessRequest shown(AccessRequest request) {
    RequestState state = request.state();
    List<PersonRef> deciders = List.of();
    if (state instanceof RequestState.PendingApproval pending) {
      if (clock.instant().isBefore(pending.expiresAt())) {
        deciders =
            flows
                .find(request.flowId())
                .map(flow -> deciders(flow, request.projectId(), request.requester().id()))
                .orElse(List.of());
      } else {
        state = pending.expire();
      }
    }
    return new AccessRequest(
        request.id(),
        request.projectId(),
        request.projectName(),
        request.resourceId(),
        request.resourceName(),
        request.accountId(),
        request.accountName(),
        request.requester(),
        request.approval(),
        request.flowId(),
        request.flowVersion(),
        request.duration(),
        request.reason(),
        state,
        request.decision(),
        deciders,
        request.version(),
        request.createdAt(),
        request.updatedAt());
  }

  /** Who can decide for a requester: the project's owners and the flow's approvers, never they. */
  List<PersonRef> deciders(AccessFlow flow, String projectId, String requesterId) {
    Map<String, PersonRef> found = new LinkedHashMap<>();
    for (Person owner : people.ownersOf(projectId)) {
      found.put(owner.id(), owner.ref());
    }
    for (PersonRef approver : flow.approvers()) {
      people
          .find(approver.id())
          .filter(Person::active)
          .ifPresent(person -> found.put(person.id(), person.ref()));
    }
    found.remove(requesterId);
    return List.copyOf(found.values());
  }

  @Override
  public boolean mayDecide(Actor actor, AccessRequest request) {
    if (actor.is(request.requester().id())
        || !(request.state() instanceof RequestState.PendingApproval pending)
        || !clock.instant().isBefore(pending.expiresAt())) {
      return false;
    }
    return approves(actor, request);
  }

  private boolean approves(Actor actor, AccessRequest request) {
    return actor.owns(request.projectId())
        || flows
            .find(request.flowId())
            .map(flow -> flow.approvers().stream().anyMatch(person -> actor.is(person.id())))
            .orElse(false);
  }

  @Override
  public int waitingFor(Actor actor) {
    return (int)
        store.list(null, PENDING, "zzzz", Page.Ask.MOST).stream()
            .filter(request -> mayDecide(actor, request))
            .count();
  }

  @Override
  public AccessRequest await(Actor actor, String requestId, Duration atMost) {
    try (Changes.Watch watch = changes.watch(requestId)) {
      AccessRequest first = request(actor, requestId);
      if (first.status().isFinal()) {
        return first;
      }
      AccessRequest now = first;
      long end = System.nanoTime() + atMost.toNanos();
      while (now.status() == first.status()) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          break;
        }
        watch.await(Duration.ofNanos(left));
        now = request(actor, requestId);
      }
      return now;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return request(actor, requestId);
    }
  }

  @Override
  public AccessRequest approve(Actor actor, String requestId, String reason) {
    String note = Names.text("reason", reason);
    return audit.act(
        actor,
        "request.approve",
        Target.of("request", requestId),
        () -> {
          AccessRequest request = toDecide(actor, requestId);
          Instant now = clock.instant();
          RequestState.PendingApproval pending = pending(request);
          RequestState.Active active = pending.approve(ids.next("grt"));
          requireEligible(request);
          leave(request, active.status(), null, note, now);
          store.decided(ids.next("apr"), requestId, actor.userId(), true, note, now);
          audit.done(
              actor,
              "request.approve",
              new Target("request", requestId, title(request)),
              "requester",
              request.requester().username(),
              "reason",
              note);
          grant(actor, request, active.grantId(), now);
          return find(requestId);
        });
  }

  /** The flow as it is now decides, not as it was when the request was filed. */
  private void requireEligible(AccessRequest request) {
    AccessFlow flow =
        flows
            .ofAccount(request.accountId())
            .orElseThrow(
                () -> notEligible("The account or its access flow was removed meanwhile."));
    String who = request.requester().username();
    boolean admitted =
        people
            .find(request.requester().id())
            .filter(Person::active)
            .filter(person -> admits(flow, person.acting("", tenancy), request.projectId()))
            .isPresent();
    if (!admitted) {
      throw notEligible("The access flow does not let " + who + " ask any more.");
    }
    if (request.duration().compareTo(flow.maxDuration()) > 0) {
      throw notEligible(
          "The access flow allows at most "
              + spoken(flow.maxDuration())
              + " by now; "
              + spoken(request.duration())
              + " was asked for.");
    }
  }

  private static Refused notEligible(String sentence) {
    return new Refused(ErrorCode.STATE_CONFLICT, sentence, "Deny the request.");
  }

  @Override
  public AccessRequest deny(Actor actor, String requestId, String reason) {
    String note = Names.text("reason", reason);
    return audit.endingAct(
        actor,
        "request.deny",
        Target.of("request", requestId),
        () -> {
          AccessRequest request = toDecide(actor, requestId);
          Instant now = clock.instant();
          RequestState.Rejected rejected = pending(request).reject(actor.ref(), note, now);
          leave(request, rejected.status(), actor.userId(), note, now);
          store.decided(ids.next("apr"), requestId, actor.userId(), false, note, now);
          audit.done(
              actor,
              "request.deny",
              new Target("request", requestId, title(request)),
              "requester",
              request.requester().username(),
              "reason",
              note);
          return find(requestId);
        });
  }

  @Override
  public AccessRequest cancel(Actor actor, String requestId, String reason) {
    String note = Names.text("reason", reason);
    return audit.endingAct(
        actor,
        "request.cancel",
        Target.of("request", requestId),
        () -> {
          AccessRequest request = request(actor, requestId);
          if (!actor.is(request.requester().id()) && !actor.administersOrganization()) {
            throw Refused.notAllowed(
                "Only the requester and administrators cancel a request; approvers deny it.");
          }
          Instant now = clock.instant();
          RequestState.Cancelled cancelled = pending(request).cancel(actor.ref(), note, now);
          leave(request, cancelled.status(), actor.userId(), note, now);
          audit.done(
              actor,
              "request.cancel",
              new Target("request", requestId, title(request)),
              "reason",
              note);
          return find(requestId);
        });
  }

  private AccessRequest toDecide(Actor actor, String requestId) {
    AccessRequest request =
        store
            .find(requestId)
            .filter(r -> sees(actor, r) || approves(actor, r))
            .map(this::shown)
            .orElseThrow(() -> Refused.notFound("request", requestId));
    if (actor.is(request.requester().id())) {
      throw new Refused(
          ErrorCode.OWN_REQUEST, "You made this request, so somebody else has to decide it.");
    }
    if (!approves(actor, request)) {
      throw Refused.notAllowed(
          "Only owners of the project " + request.projectName() + " and its approvers decide.");
    }
    return request;
  }

  private static RequestState.PendingApproval pending(AccessRequest request) {
    if (request.state() instanceof RequestState.PendingApproval pending) {
      return pending;
    }
    throw new Refused(
        ErrorCode.STATE_CONFLICT,
        "The request does not wait for a decision any more: it is " + request.status() + ".");
  }

  private void leave(
      AccessRequest request,
      RequestState.Status to,
      @Nullable String byPersonId,
      String reason,
      Instant now) {
    if (!store.close(request.id(), to, byPersonId, reason, now)) {
      throw new Refused(
          ErrorCode.STATE_CONFLICT, "Somebody else decided the request at the same moment.");
    }
    changes.changed(request.id());
  }

  @Override
  public int expireOverdue() {
    Actor system = Actor.system(organizations.organizationId().orElse(""));
    int count = 0;
    for (AccessRequest request : store.overdue(clock.instant(), BATCH)) {
      Instant at = pending(request).expire().at();
      count +=
          audit.endingAct(
              system,
              "request.expire",
              Target.of("request", request.id()),
              () -> {
                if (!store.close(request.id(), RequestState.Status.EXPIRED, null, "", at)) {
                  return 0;
                }
                audit.done(
                    system,
                    "request.expire",
                    new Target("request", request.id(), title(request)),
                    "requester",
                    request.requester().username());
                changes.changed(request.id());
                return 1;
              });
    }
    return count;
  }

  Optional<AccessRequest> openRequest(String personId, String accountId) {
    return store.open(personId, accountId).map(this::shown);
  }
}
