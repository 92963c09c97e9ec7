package io.tidegate.control.portal;

import io.tidegate.control.access.AccessRequest;
import io.tidegate.control.access.Grant;
import io.tidegate.control.access.Grants;
import io.tidegate.control.access.RequestState;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.portal.view.Lines.GrantLine;
import io.tidegate.control.portal.view.Lines.RequestLine;
import io.tidegate.control.portal.view.Lines.SessionLine;
import io.tidegate.control.portal.view.Pill;
import io.tidegate.control.portal.view.Tide;
import io.tidegate.control.portal.view.Tone;
import io.tidegate.control.portal.view.Wording;
import io.tidegate.control.session.Session;
import io.tidegate.control.session.SessionState;
import io.tidegate.control.session.Sessions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Turns what the services say into the lines that pages show. */
@Component
class Rows {
  private final Grants grants;
  private final Sessions sessions;

  Rows(Grants grants, Sessions sessions) {
    this.grants = grants;
    this.sessions = sessions;
  }

  /** How many sessions live under each grant that the actor sees. */
  Map<String, Long> liveByGrant(Actor actor) {
    return sessions.list(actor, true, new Page.Ask(Page.Ask.MOST, null)).items().stream()
        .collect(Collectors.groupingBy(Session::grantId, Collectors.counting()));
  }

  List<GrantLine> grants(Actor actor, List<Grant> open) {
    Map<String, Long> live = liveByGrant(actor);
    return open.stream().map(grant -> grant(actor, grant, live)).toList();
  }

  GrantLine grant(Actor actor, Grant grant, Map<String, Long> live) {
    boolean mine = actor.is(grant.grantee().id());
    return new GrantLine(
        grant.id(),
        grant.requestId(),
        grant.resourceName(),
        grant.accountName(),
        grant.projectName(),
        mine ? null : grant.grantee().displayName(),
        orNull(grant.reason()),
        new Tide(grant.startsAt(), grant.expiresAt()),
        accessCommand(grant.resourceName(), grant.accountName(), grant.projectName(), null),
        Math.toIntExact(live.getOrDefault(grant.id(), 0L)),
        mine,
        grants.mayRevoke(actor, grant));
  }

  static RequestLine request(AccessRequest request) {
    return new RequestLine(
        request.id(),
        request.requester().displayName(),
        request.resourceName(),
        request.accountName(),
        request.projectName(),
        request.duration(),
        request.createdAt(),
        orNull(request.reason()),
        pill(request.state()),
        note(request));
  }

  static Pill pill(RequestState state) {
    return switch (state) {
      case RequestState.PendingApproval _ -> new Pill("waits", Tone.WAIT);
      case RequestState.Active _ -> new Pill("open", Tone.OPEN);
      case RequestState.Rejected _ -> new Pill("refused", Tone.NO);
      case RequestState.Cancelled _ -> new Pill("withdrawn", Tone.QUIET);
      case RequestState.Expired _ -> new Pill("nobody decided", Tone.NO);
      case RequestState.Ended _ -> new Pill("over", Tone.QUIET);
    };
  }

  private static String note(AccessRequest request) {
    return switch (request.state()) {
      case RequestState.PendingApproval _ ->
          request.approvers().isEmpty()
              ? "nobody can decide it"
              : "waits for "
                  + request.approvers().stream()
                      .limit(3)
                      .map(p -> p.displayName())
                      .collect(Collectors.joining(" or "));
      case RequestState.Rejected rejected ->
          "refused by "
              + rejected.by().displayName()
              + (rejected.reason().isEmpty() ? "" : ": " + rejected.reason());
      case RequestState.Active _, RequestState.Ended _ -> {
        AccessRequest.Decision decision = request.decision();
        yield decision == null ? "opened at once" : "approved by " + decision.by().displayName();
      }
      case RequestState.Cancelled cancelled ->
          cancelled.by().id().equals(request.requester().id())
              ? ""
              : "by " + cancelled.by().displayName();
      case RequestState.Expired _ -> "";
    };
  }

  static SessionLine session(Session session) {
    boolean live = session.state().status().isLive();
    return new SessionLine(
        session.id(),
        session.person().displayName(),
        session.resourceName(),
        session.accountName(),
        client(session),
        session.startedAt(),
        session.endedAt(),
        live ? new Tide(session.startedAt(), session.expiresAt()) : null,
        session.counters().commands(),
        session.counters().refused(),
        pill(session.state()));
  }

  static String client(Session session) {
    String driver = session.driver();
    return driver == null || driver.isBlank() ? session.clientName() : Wording.driver(driver);
  }

  static Pill pill(SessionState state) {
    return switch (state) {
      case SessionState.Starting _ -> new Pill("starting", Tone.WAIT);
      case SessionState.Active _ -> new Pill("live", Tone.LIVE);
      case SessionState.Closing _ -> new Pill("ending", Tone.WAIT);
      case SessionState.Over over ->
          switch (over.reason()) {
            case CLOSED -> new Pill("closed", Tone.QUIET);
            case ABANDONED -> new Pill("abandoned", Tone.QUIET);
            case EXPIRED -> new Pill("time was up", Tone.QUIET);
            case REVOKED -> new Pill("revoked", Tone.NO);
            case ENDED_BY_ADMIN -> new Pill("cut", Tone.NO);
            case IDLE -> new Pill("idle", Tone.QUIET);
            case GATEWAY_RETIRED -> new Pill("gateway retired", Tone.NO);
            case GATEWAY_LOST -> new Pill("gateway lost", Tone.NO);
            case NEVER_STARTED -> new Pill("never started", Tone.NO);
          };
      case SessionState.Failed _ -> new Pill("failed", Tone.NO);
    };
  }

  /** Which state it is in and why, as a sentence; null while it simply lives. */
  static @Nullable String endWords(SessionState state) {
    return switch (state) {
      case SessionState.Starting _, SessionState.Active _ -> null;
      case SessionState.Closing closing ->
          end(closing.reason(), closing.byUsername(), closing.note());
      case SessionState.Over over -> end(over.reason(), over.byUsername(), over.note());
      case SessionState.Failed failed -> "It did not start: " + failed.detail();
    };
  }

  private static String end(SessionState.EndReason reason, String by, String note) {
    String who = by.isEmpty() || by.equals("tidegate") ? "" : " (" + by + ")";
    return reason.sentence() + who + "." + (note.isEmpty() ? "" : " \u201c" + note + "\u201d");
  }

  /** What to type to use, or to ask for and then use, an account. */
  static String accessCommand(
      String resource, String account, String project, @Nullable Duration duration) {
    return "tidegate db access --resource "
        + resource
        + " --account "
        + account
        + " --project-id "
        + project
        + (duration == null ? "" : " --duration " + Lengths.forCommand(duration));
  }

  static @Nullable String orNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
