package io.tidegate.control.portal;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.SessionView;
import io.tidegate.control.portal.view.SessionsView;
import io.tidegate.control.session.RecordedCommand;
import io.tidegate.control.session.Session;
import io.tidegate.control.session.Sessions;
import io.tidegate.control.session.Sessions.CommandPage;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Sessions, live and past, with every command; and ending one. */
@Controller
class SessionPages {
  /** The most commands that one page lists. */
  private static final int LISTED = 500;

  private final Frames frames;
  private final Sessions sessions;
  private final SessionPortraits portraits;
  private final SessionTails tails;
  private final InstantSource clock;

  SessionPages(
      Frames frames,
      Sessions sessions,
      SessionPortraits portraits,
      SessionTails tails,
      InstantSource clock) {
    this.frames = frames;
    this.sessions = sessions;
    this.portraits = portraits;
    this.tails = tails;
    this.clock = clock;
  }

  @GetMapping("/sessions")
  ModelAndView list(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String cursor) {
    List<Session> live = sessions.list(actor, true, new Page.Ask(Page.Ask.MOST, null)).items();
    Page<Session> past = sessions.list(actor, false, Page.Ask.of(50, cursor));
    SessionsView view =
        new SessionsView(
            live.stream().map(Rows::session).toList(),
            past.items().stream().map(Rows::session).toList(),
            past.nextCursor() == null ? null : "/sessions?cursor=" + past.nextCursor(),
            actor.administersAnything());
    return frames.page(request, actor, Place.SESSIONS, "page/sessions", Map.of("view", view));
  }

  @GetMapping("/sessions/{id}")
  ModelAndView session(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String id,
      @RequestParam(defaultValue = "all") String shown,
      @RequestParam(defaultValue = "0") long after) {
    return page(actor, request, id, shown, after, null);
  }

  @GetMapping("/sessions/{id}/commands/{sequence}")
  ModelAndView command(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String id,
      @PathVariable long sequence,
      @RequestParam(defaultValue = "all") String shown,
      @RequestParam(defaultValue = "0") long after) {
    return page(actor, request, id, shown, after, sequence);
  }

  private ModelAndView page(
      Actor actor,
      HttpServletRequest request,
      String id,
      String shown,
      long after,
      @Nullable Long sequence) {
    Session session = sessions.session(actor, id);
    boolean refusedOnly = shown.equals("refused");
    Recording recording = new Recording();
    String unavailable = null;
    try {
      recording.readFrom(sessions, actor, id, after, LISTED);
    } catch (Refused refused) {
      if (refused.code().status() < 500) {
        throw refused;
      }
      unavailable = refused.detail() + " " + refused.next();
    }
    RecordedCommand selected = sequence == null ? null : recording.command(sequence);
    if (sequence != null && selected == null && unavailable == null) {
      throw new Refused(
          ErrorCode.NOT_FOUND, "This session has no command number " + sequence + " here.");
    }
    SessionView view =
        portraits.session(
            session,
            recording,
            refusedOnly,
            selected,
            after,
            unavailable,
            sessions.mayEnd(actor, session),
            clock.instant());
    return frames.page(request, actor, Place.SESSIONS, "page/session", Map.of("view", view));
  }

  @GetMapping(path = "/sessions/{id}/live", produces = "text/event-stream")
  SseEmitter live(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String id,
      @RequestParam(defaultValue = "0") long after,
      @RequestParam(defaultValue = "0") long seen,
      @RequestParam(defaultValue = "all") String shown,
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last) {
    // Refusals have to come before the stream begins.
    Session session = sessions.session(actor, id);
    return tails.follow(
        actor,
        frames.shell(request, actor, Place.SESSIONS),
        session,
        SessionTails.Position.of(last, after, seen),
        shown.equals("refused"));
  }

  @PostMapping("/sessions/{id}/end")
  ModelAndView end(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam String confirm,
      @RequestParam String reason) {
    Confirmed.byName(confirm, sessions.session(actor, id).resourceName());
    sessions.end(actor, id, reason.strip());
    return new ModelAndView("redirect:/sessions/" + id + "?done=" + Done.ENDED.code());
  }

  /** What was read of a recording: the newest state of each command, in order. */
  static final class Recording {
    private final java.util.NavigableMap<Long, RecordedCommand> commands =
        new java.util.TreeMap<>();
    private long last;
    private boolean more;

    void readFrom(Sessions sessions, Actor actor, String id, long after, int atMost) {
      last = after;
      do {
        CommandPage page = sessions.commands(actor, id, last, Math.min(200, atMost));
        add(page.items());
        last = page.last();
        more = page.more();
      } while (more && commands.size() < atMost);
    }

    void add(List<RecordedCommand> items) {
      for (RecordedCommand command : items) {
        commands.put(command.sequence(), command);
      }
    }

    @Nullable RecordedCommand command(long sequence) {
      return commands.get(sequence);
    }

    List<RecordedCommand> commands() {
      return List.copyOf(commands.values());
    }

    long last() {
      return last;
    }

    boolean more() {
      return more;
    }

    long highest() {
      return commands.isEmpty() ? 0 : commands.lastKey();
    }
  }
}
