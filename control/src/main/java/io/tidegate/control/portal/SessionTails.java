package io.tidegate.control.portal;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.SessionPages.Recording;
import io.tidegate.control.portal.view.SessionView;
import io.tidegate.control.portal.view.Shell;
import io.tidegate.control.session.RecordedCommand;
import io.tidegate.control.session.Session;
import io.tidegate.control.session.Sessions;
import io.tidegate.control.session.Sessions.Update;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Follows live sessions and sends what is new as fragments of the page (server-sent events): {@code
 * commands} to append, {@code head} to replace, {@code over} at the end. One virtual thread a
 * reader.
 */
@Component
class SessionTails {
  private static final Logger LOG = LoggerFactory.getLogger(SessionTails.class);

  /** A stream is closed after this long, and the browser opens the next one where it ended. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** The head is drawn again at most this often. */
  private static final Duration HEAD_EVERY = Duration.ofMillis(900);

  /** The most commands that a live timeline is drawn from. */
  private static final int DRAWN = 5_000;

  private final Sessions sessions;
  private final SessionPortraits portraits;
  private final TemplateViews templates;
  private final InstantSource clock;

  SessionTails(
      Sessions sessions, SessionPortraits portraits, TemplateViews templates, InstantSource clock) {
    this.sessions = sessions;
    this.portraits = portraits;
    this.templates = templates;
    this.clock = clock;
  }

  /**
   * Where a reader is in the recording.
   *
   * @param after what to read on after
   * @param seen the highest command number that the page shows
   */
  record Position(long after, long seen) {
    /** From the browser's last event id when it reconnects, else as the page said. */
    static Position of(@Nullable String lastEventId, long after, long seen) {
      if (lastEventId != null && lastEventId.matches("\\d{1,18}-\\d{1,18}")) {
        String[] parts = lastEventId.split("-", 2);
        return new Position(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
      }
      return new Position(after, seen);
    }

    String id() {
      return after + "-" + seen;
    }
  }

  SseEmitter follow(Actor actor, Shell shell, Session session, Position from, boolean refusedOnly) {
    SseEmitter emitter = new SseEmitter(LONGEST.plusMinutes(1).toMillis());
    Tail tail = new Tail(actor, shell, session, from, refusedOnly, emitter);
    Thread.ofVirtual().name("portal-tail-" + session.id()).start(tail::run);
    return emitter;
  }

  private final class Tail {
    private final Actor actor;
    private final Shell shell;
    private final boolean refusedOnly;
    private final SseEmitter emitter;
    private final Recording drawn = new Recording();
    private Session session;
    private Position position;
    private Instant headAt = Instant.EPOCH;
    private boolean headIsOld = true;

    private Tail(
        Actor actor,
        Shell shell,
        Session session,
        Position position,
        boolean refusedOnly,
        SseEmitter emitter) {
      this.actor = actor;
      this.shell = shell;
      this.session = session;
      this.position = position;
      this.refusedOnly = refusedOnly;
      this.emitter = emitter;
    }

    private void run() {
      try {
        if (position.after() > 0) {
          drawn.readFrom(sessions, actor, session.id(), 0, DRAWN);
        }
        sessions.follow(actor, session.id(), position.after(), LONGEST, this::take);
        if (!session.state().status().isLive()) {
          head(true);
          emitter.send(SseEmitter.event().name("over").data("over"));
        }
        emitter.complete();
      } catch (UncheckedIOException | IllegalStateException | IOException gone) {
        // The reader left; there is nobody to tell.
        LOG.atDebug().addKeyValue("sessionId", session.id()).log("A reader of a session left");
      } catch (Refused refused) {
        LOG.atInfo()
            .addKeyValue("sessionId", session.id())
            .addKeyValue("rule", refused.code().code())
            .log("A live view ended: {}", refused.detail());
        emitter.complete();
      }
    }

    private void take(Update update) {
      switch (update) {
        case Update.Commands commands -> {
          drawn.add(commands.items());
          headIsOld = true;
          append(commands);
        }
        case Update.Changed changed -> {
          session = changed.session();
          headIsOld = true;
        }
        case Update.Quiet _ -> send(SseEmitter.event().comment("quiet"));
      }
      head(false);
    }

    private void append(Update.Commands commands) {
      StringBuilder rows = new StringBuilder();
      long seen = position.seen();
      for (RecordedCommand command : commands.items()) {
        if (refusedOnly && command.decision().allowed()) {
          continue;
        }
        boolean replaces = command.sequence() <= position.seen();
        String href =
            SessionPortraits.href(
                session, command, refusedOnly ? "refused" : "all", position.after());
        SessionView.Command row = portraits.command(href, command, false);
        rows.append(
            templates.fragment(
                "part/command", Map.of("command", row, "fresh", !replaces, "replaces", replaces)));
        seen = Math.max(seen, command.sequence());
      }
      position = new Position(commands.last(), seen);
      if (!rows.isEmpty()) {
        send(
            SseEmitter.event()
                .name("commands")
                .id(position.id())
                .data(rows.toString().replace('\n', ' ')));
      }
    }

    private void head(boolean now) {
      Instant at = clock.instant();
      boolean early = Duration.between(headAt, at).compareTo(HEAD_EVERY) < 0;
      if (!headIsOld || (early && !now)) {
        return;
      }
      headAt = at;
      headIsOld = false;
      Shell current =
          new Shell(
              shell.viewer(), shell.nav(), shell.theme(), shell.csrf(), null, shell.assets(), at);
      SessionView view = portraits.session(session, drawn, refusedOnly, null, 0, null, false, at);
      send(
          SseEmitter.event()
              .name("head")
              .data(
                  templates
                      .fragment("part/sessionHead", Map.of("shell", current, "view", view))
                      .replace('\n', ' ')));
    }

    private void send(SseEmitter.SseEventBuilder event) {
      try {
        emitter.send(event);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
