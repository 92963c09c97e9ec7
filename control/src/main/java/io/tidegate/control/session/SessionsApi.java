package io.tidegate.control.session;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Require;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/sessions}, and starting one under a grant. */
@RestController
@RequestMapping("/api/v1")
class SessionsApi {
  private static final Duration LONGEST_FOLLOW = Duration.ofMinutes(30);

  private final Sessions sessions;
  private final Json json;

  SessionsApi(Sessions sessions, Json json) {
    this.sessions = sessions;
    this.json = json;
  }

  record LocalAuthBody(
      @Nullable String salt,
      @Nullable Integer iterations,
      @Nullable String storedKey,
      @Nullable String serverKey) {
    Sessions.LocalAuth auth() {
      return new Sessions.LocalAuth(
          Require.field("localAuth.salt", salt),
          Require.field("localAuth.iterations", iterations),
          Require.field("localAuth.storedKey", storedKey),
          Require.field("localAuth.serverKey", serverKey));
    }

    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  record Body(
      @Nullable String publicKey,
      @Nullable String advertisedAddress,
      @Nullable LocalAuthBody localAuth,
      @Nullable String clientName) {}

  record ReasonBody(@Nullable String reason) {}

  record GatewayAnswer(String host, int port, String serverName) {}

  record StartedAnswer(
      String sessionId,
      String certificate,
      String ca,
      GatewayAnswer gateway,
      Instant expiresAt,
      SessionAnswer session) {}

  record SessionAnswer(
      String id,
      String grantId,
      PersonRef person,
      String projectId,
      String projectName,
      String resourceId,
      String resourceName,
      String accountId,
      String accountName,
      String gatewayId,
      String gatewayName,
      SessionState.Status status,
      @Nullable String endReason,
      @Nullable String endSentence,
      @Nullable String endedBy,
      @Nullable String endNote,
      String clientName,
      @Nullable String driver,
      Session.Counters counters,
      Instant startedAt,
      Instant expiresAt,
      @Nullable Instant endedAt,
      long version) {
    static SessionAnswer of(Session session) {
      SessionState.EndReason reason = null;
      String by = null;
      String note = null;
      switch (session.state()) {
        case SessionState.Starting _, SessionState.Active _ -> {}
        case SessionState.Closing closing -> {
          reason = closing.reason();
          by = closing.byUsername();
          note = closing.note();
        }
        case SessionState.Over over -> {
          reason = over.reason();
          by = over.byUsername();
          note = over.note();
        }
        case SessionState.Failed failed -> {
          reason = SessionState.EndReason.NEVER_STARTED;
          note = failed.detail();
        }
      }
      return new SessionAnswer(
          session.id(),
          session.grantId(),
          session.person(),
          session.projectId(),
          session.projectName(),
          session.resourceId(),
          session.resourceName(),
          session.accountId(),
          session.accountName(),
          session.gatewayId(),
          session.gatewayName(),
          session.state().status(),
          reason == null ? null : reason.name(),
          reason == null ? null : reason.sentence(),
          by,
          note,
          session.clientName(),
          session.driver(),
          session.counters(),
          session.startedAt(),
          session.expiresAt(),
          session.endedAt(),
          session.version());
    }
  }

  @PostMapping("/grants/{id}/sessions")
  ResponseEntity<StartedAnswer> start(
      @AuthenticationPrincipal Actor actor, @PathVariable String id, @RequestBody Body body) {
    LocalAuthBody auth = body.localAuth();
    Sessions.Started started =
        sessions.start(
            actor,
            id,
            new Sessions.Draft(
                Require.field("publicKey", body.publicKey()),
                Require.field("advertisedAddress", body.advertisedAddress()),
                auth == null ? null : auth.auth(),
                body.clientName() == null ? "unknown" : body.clientName()));
    return ResponseEntity.created(URI.create("/api/v1/sessions/" + started.session().id()))
        .header("Cache-Control", "no-store")
        .body(
            new StartedAnswer(
                started.session().id(),
                started.certificateChainPem(),
                started.caPem(),
                new GatewayAnswer(
                    started.gatewayHost(), started.gatewayPort(), started.gatewayServerName()),
                started.expiresAt(),
                SessionAnswer.of(started.session())));
  }

  @GetMapping("/sessions")
  Page<SessionAnswer> list(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable String live,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    Boolean wanted = null;
    if (live != null) {
      wanted = live.isEmpty() || Require.oneOf(Flag.class, "live", live) == Flag.TRUE;
    }
    return sessions.list(actor, wanted, Page.Ask.of(limit, cursor)).map(SessionAnswer::of);
  }

  private enum Flag {
    TRUE,
    FALSE
  }

  @GetMapping("/sessions/{id}")
  ResponseEntity<SessionAnswer> one(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    Session session = sessions.session(actor, id);
    return Etags.ok(SessionAnswer.of(session), session.version());
  }

  @GetMapping("/sessions/{id}/commands")
  Sessions.CommandPage commands(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam(defaultValue = "0") long after,
      @RequestParam(defaultValue = "100") int limit) {
    return sessions.commands(actor, id, after, limit);
  }

  @PostMapping("/sessions/{id}/end")
  ResponseEntity<SessionAnswer> end(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable ReasonBody body) {
    Session session = sessions.end(actor, id, body == null ? "" : Require.orEmpty(body.reason()));
    return Etags.ok(SessionAnswer.of(session), session.version());
  }

  /**
   * Events {@code session} (the session as it is now) and {@code commands} (with the position in
   * {@code id}, to go on from with {@code Last-Event-ID}), until the session is over.
   */
  @GetMapping("/sessions/{id}/events")
  void events(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam(defaultValue = "0") long after,
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long lastEventId,
      HttpServletResponse response)
      throws IOException {
    sessions.session(actor, id);
    response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    response.setCharacterEncoding(StandardCharsets.UTF_8);
    response.setHeader("Cache-Control", "no-store");
    try {
      sessions.follow(
          actor,
          id,
          lastEventId == null ? after : lastEventId,
          LONGEST_FOLLOW,
          update -> send(response, update));
    } catch (UncheckedIOException e) {
      // The reader left; nobody is there to be told.
      return;
    }
  }

  /** On the request's own virtual thread: waiting costs nothing, and writing keeps the pace. */
  private void send(HttpServletResponse response, Sessions.Update update) {
    StringBuilder text = new StringBuilder();
    switch (update) {
      case Sessions.Update.Commands commands ->
          text.append("event: commands\nid: ")
              .append(commands.last())
              .append("\ndata: ")
              .append(json.write(Map.of("items", commands.items(), "last", commands.last())))
              .append("\n\n");
      case Sessions.Update.Changed changed ->
          text.append("event: session\ndata: ")
              .append(json.write(SessionAnswer.of(changed.session())))
              .append("\n\n");
      case Sessions.Update.Quiet _ -> text.append(": quiet\n\n");
    }
    try {
      response.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
      response.flushBuffer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
