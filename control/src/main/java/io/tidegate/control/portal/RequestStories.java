package io.tidegate.control.portal;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessRequest;
import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.access.Catalogue;
import io.tidegate.control.access.Catalogue.AccountOffer;
import io.tidegate.control.access.Grant;
import io.tidegate.control.access.GrantState;
import io.tidegate.control.access.Grants;
import io.tidegate.control.access.RequestState;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.Lines.GrantLine;
import io.tidegate.control.portal.view.Lines.RequestLine;
import io.tidegate.control.portal.view.RequestView;
import io.tidegate.control.portal.view.RequestView.Event;
import io.tidegate.control.portal.view.ResourceView.Fact;
import io.tidegate.control.portal.view.Tone;
import io.tidegate.control.portal.view.Wording;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Tells the whole of one request: who, what, why, until when, and what happened since. */
@Component
class RequestStories {
  private static final int OF_THE_KIND = 3;

  private final AccessRequests requests;
  private final Grants grants;
  private final Catalogue catalogue;
  private final Rows rows;
  private final InstantSource clock;

  RequestStories(
      AccessRequests requests, Grants grants, Catalogue catalogue, Rows rows, InstantSource clock) {
    this.requests = requests;
    this.grants = grants;
    this.catalogue = catalogue;
    this.rows = rows;
    this.clock = clock;
  }

  RequestView tell(Actor actor, AccessRequest asked) {
    boolean mine = actor.is(asked.requester().id());
    boolean waits = asked.state() instanceof RequestState.PendingApproval;
    boolean decides = waits && requests.mayDecide(actor, asked);
    String grantId = asked.grantId();
    Grant grant = grantId == null ? null : grants.grant(actor, grantId);
    GrantLine open =
        grant != null && grant.livesAt(clock.instant())
            ? rows.grant(actor, grant, rows.liveByGrant(actor))
            : null;
    return new RequestView(
        Rows.request(asked),
        mine,
        asked.accountName()
            + " on "
            + asked.resourceName()
            + " for "
            + Wording.span(asked.duration()),
        facts(actor, asked),
        events(asked, grant),
        decides ? why(actor, asked) : null,
        waits && !decides ? whyNot(mine, asked) : null,
        open,
        asked.approvers().stream().map(PersonRef::displayName).toList(),
        ofTheKind(actor, asked),
        List.of(),
        waits,
        waits && mine);
  }

  private static String why(Actor actor, AccessRequest asked) {
    if (actor.owns(asked.projectId())) {
      return "you may decide because you own project " + asked.projectName();
    }
    return asked.approvers().stream().anyMatch(p -> actor.is(p.id()))
        ? "you may decide because its flow names you as an approver"
        : "you may decide as an administrator";
  }

  private static String whyNot(boolean mine, AccessRequest asked) {
    return mine
        ? "It is your own. Nobody decides their own request: one of these has to."
        : "Its flow does not name you as an approver, and you do not own project "
            + asked.projectName()
            + ".";
  }

  private List<Fact> facts(Actor actor, AccessRequest asked) {
    List<Fact> facts = new ArrayList<>();
    facts.add(
        new Fact(
            "Who",
            asked.requester().displayName() + " (" + asked.requester().username() + ")",
            false));
    AccountOffer offer = offer(actor, asked);
    if (offer != null) {
      facts.add(new Fact("What", RoleWords.sentence(offer.account().roles()), false));
      facts.add(new Fact("Not", RoleWords.not(offer.account().roles()), false));
    } else {
      facts.add(new Fact("What", asked.accountName() + " on " + asked.resourceName(), false));
    }
    facts.add(new Fact("Where", asked.resourceName() + ", project " + asked.projectName(), false));
    facts.add(new Fact("How long", Wording.span(asked.duration()) + "; ends by itself", false));
    facts.add(
        new Fact(
            "Guard rails",
            "every command is checked and recorded; you can end it at any moment",
            false));
    return facts;
  }

  /** The account as the catalogue has it now; null when it is gone or out of the reader's sight. */
  private @Nullable AccountOffer offer(Actor actor, AccessRequest asked) {
    try {
      return catalogue.offer(actor, asked.projectId(), asked.resourceId()).accounts().stream()
          .filter(offer -> Objects.equals(offer.account().id(), asked.accountId()))
          .findFirst()
          .orElse(null);
    } catch (Refused gone) {
      return null;
    }
  }

  private static List<Event> events(AccessRequest asked, @Nullable Grant grant) {
    List<Event> events = new ArrayList<>();
    events.add(
        new Event(
            asked.createdAt(),
            asked.requester().displayName() + " asked",
            Tone.OPEN,
            Rows.orNull(asked.reason())));
    AccessRequest.Decision decision = asked.decision();
    if (decision != null) {
      events.add(
          new Event(
              decision.at(),
              decision.by().displayName() + (decision.approved() ? " approved" : " refused"),
              decision.approved() ? Tone.OPEN : Tone.NO,
              Rows.orNull(decision.reason())));
    } else if (asked.approval() == AccessFlow.Approval.AUTO && grant != null) {
      events.add(new Event(grant.startsAt(), "It opened at once, by its flow", Tone.OPEN, null));
    }
    switch (asked.state()) {
      case RequestState.PendingApproval pending ->
          events.add(
              new Event(pending.expiresAt(), "The request lapses undecided", Tone.WAIT, null));
      case RequestState.Cancelled cancelled ->
          events.add(
              new Event(
                  cancelled.at(),
                  cancelled.by().displayName() + " withdrew it",
                  Tone.QUIET,
                  Rows.orNull(cancelled.reason())));
      case RequestState.Expired expired ->
          events.add(new Event(expired.at(), "Nobody decided in time", Tone.NO, null));
      case RequestState.Active _, RequestState.Rejected _, RequestState.Ended _ -> {
        // The decision and the grant tell these.
      }
    }
    if (grant != null) {
      switch (grant.state()) {
        case GrantState.Active _ ->
            events.add(new Event(grant.expiresAt(), "It ends by itself", Tone.WAIT, null));
        case GrantState.Ended ended ->
            events.add(
                new Event(
                    ended.at(),
                    ended.reason().sentence()
                        + (ended.byUsername().isEmpty() || ended.byUsername().equals("tidegate")
                            ? ""
                            : " (" + ended.byUsername() + ")"),
                    ended.reason() == GrantState.EndReason.EXPIRED
                            || ended.reason() == GrantState.EndReason.RETURNED
                        ? Tone.QUIET
                        : Tone.NO,
                    Rows.orNull(ended.note())));
      }
    }
    events.sort(Comparator.comparing(Event::at));
    return events;
  }

  private List<RequestLine> ofTheKind(Actor actor, AccessRequest asked) {
    return requests
        .list(actor, AccessRequests.View.ALL, Set.of(), new Page.Ask(Page.Ask.MOST, null))
        .items()
        .stream()
        .filter(other -> other.accountId().equals(asked.accountId()))
        .filter(other -> !other.id().equals(asked.id()))
        .limit(OF_THE_KIND)
        .map(Rows::request)
        .toList();
  }
}
