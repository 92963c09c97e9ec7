package io.tidegate.control.portal;

import io.tidegate.control.portal.SessionPages.Recording;
import io.tidegate.control.portal.view.ResourceView.Fact;
import io.tidegate.control.portal.view.SessionView;
import io.tidegate.control.portal.view.SessionView.Bar;
import io.tidegate.control.portal.view.SessionView.Command;
import io.tidegate.control.portal.view.SessionView.Detail;
import io.tidegate.control.portal.view.SessionView.Timeline;
import io.tidegate.control.portal.view.Tone;
import io.tidegate.control.portal.view.Wording;
import io.tidegate.control.session.RecordedCommand;
import io.tidegate.control.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Draws a session: its bars, its list of commands, and one command in full. */
@Component
class SessionPortraits {
  private static final int BARS = 100;
  private static final int TALLEST = 60;
  private static final int FLAT = 2;

  SessionView session(
      Session session,
      Recording recording,
      boolean refusedOnly,
      @Nullable RecordedCommand selected,
      long after,
      @Nullable String unavailable,
      boolean mayEnd,
      Instant now) {
    boolean live = session.state().status().isLive();
    String shown = refusedOnly ? "refused" : "all";
    List<RecordedCommand> all = recording.commands();
    List<Command> listed =
        all.stream()
            .filter(command -> !refusedOnly || !command.decision().allowed())
            .map(command ->
                command(
                    href(session, command, shown, after),
                    command,
                    selected != null && selected.sequence() == command.sequence()))
            .toList();
    boolean following = live && !recording.more() && unavailable == null;
    return new SessionView(
        Rows.session(session),
        facts(session),
        summary(session),
        timeline(all, session.startedAt(), session.endedAt() == null ? now : session.endedAt()),
        listed,
        shown,
        selected == null ? null : detail(selected),
        recording.more()
            ? "/sessions/" + session.id() + "?shown=" + shown + "&after=" + recording.last()
            : null,
        unavailable,
        Rows.endWords(session.state()),
        mayEnd && live,
        following,
        following
            ? "/sessions/"
                + session.id()
                + "/live?shown="
                + shown
                + "&after="
                + recording.last()
                + "&seen="
                + recording.highest()
            : null);
  }

  private static String summary(Session session) {
    Session.Counters counters = session.counters();
    return Wording.count(counters.commands(), "command")
        + (counters.refused() > 0 ? " · " + Wording.grouped(counters.refused()) + " refused" : "");
  }

  private static List<Fact> facts(Session session) {
    Session.Counters counters = session.counters();
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Client", Rows.client(session), false));
    facts.add(new Fact("Through", session.gatewayName(), false));
    facts.add(
        new Fact(
            "Connections",
            session.endedAt() == null
                ? counters.liveConnections() + " open, " + counters.connections() + " in all"
                : counters.connections() + " in all",
            false));
    facts.add(
        new Fact(
            "Moved",
            Wording.bytes(counters.bytesIn())
                + " in · "
                + Wording.bytes(counters.bytesOut())
                + " out",
            false));
    facts.add(new Fact("Session", session.id(), true));
    return facts;
  }

  /** Where one command is shown in full. */
  static String href(Session session, RecordedCommand command, String shown, long after) {
    return "/sessions/"
        + session.id()
        + "/commands/"
        + command.sequence()
        + "?shown="
        + shown
        + "&after="
        + after;
  }

  /** A command in one row. */
  Command command(String href, RecordedCommand command, boolean current) {
    return new Command(
        href,
        command.sequence(),
        command.at(),
        command.command(),
        namespace(command) + CommandGist.of(command),
        tone(command),
        outcome(command),
        current);
  }

  private static String namespace(RecordedCommand command) {
    String collection = command.collection();
    return collection == null ? command.database() : command.database() + "." + collection;
  }

  private static Tone tone(RecordedCommand command) {
    RecordedCommand.Outcome outcome = command.outcome();
    return switch (command.decision()) {
      case REFUSED, DROPPED -> Tone.NO;
      case ANSWERED -> Tone.QUIET;
      case FORWARDED -> outcome != null && !outcome.ok() ? Tone.WAIT : Tone.OPEN;
    };
  }

  private static String outcome(RecordedCommand command) {
    if (!command.decision().allowed()) {
      String rule = command.rule();
      return rule == null ? "refused" : "refused · " + rule.replace('-', ' ');
    }
    RecordedCommand.Outcome outcome = command.outcome();
    if (outcome == null) {
      return "running";
    }
    String summary = outcome.summary();
    if (summary.startsWith("ok, ")) {
      summary = summary.substring(4);
    }
    if (summary.equals("1 documents")) {
      summary = "1 document";
    }
    String took = took(outcome.durationMicros());
    return summary.isBlank() || summary.equals("ok") ? took : summary + " · " + took;
  }

  private static String took(long micros) {
    if (micros < 1_000) {
      return "< 1 ms";
    }
    return micros < 10_000_000
        ? micros / 1_000 + " ms"
        : String.format(Locale.ROOT, "%.1f s", micros / 1_000_000.0);
  }

  /** One command in full. */
  Detail detail(RecordedCommand command) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Namespace", namespace(command), true));
    RecordedCommand.Outcome outcome = command.outcome();
    if (outcome != null && command.decision().allowed()) {
      facts.add(
          new Fact(
              "Answer",
              outcome.summary()
                  + " · "
                  + Wording.bytes(outcome.bytes())
                  + " · "
                  + took(outcome.durationMicros()),
              false));
    }
    facts.add(new Fact("Sent", Wording.bytes(command.requestBytes()), false));
    facts.add(new Fact("Connection", command.connection(), true));
    facts.add(new Fact("Number", Long.toString(command.sequence()), false));
    String decision =
        switch (command.decision()) {
          case FORWARDED -> "allowed";
          case ANSWERED -> "answered by the gateway itself";
          case REFUSED -> "refused";
          case DROPPED -> "refused, without a reply: the client had asked for none";
        };
    return new Detail(
        command.sequence(),
        command.command(),
        command.at(),
        facts,
        decision,
        command.decision().allowed() ? Tone.OPEN : Tone.NO,
        command.rule(),
        command.sentence(),
        TypedDocument.of(command.body()),
        command.bodyTruncated() ? "The rest of the command was too long to keep." : null);
  }

  /** The commands over time; the height is their number, on a scale that shows single ones too. */
  Timeline timeline(List<RecordedCommand> commands, Instant from, Instant to) {
    int[] all = new int[BARS];
    int[] refused = new int[BARS];
    int[] failed = new int[BARS];
    long span = Math.max(1, Duration.between(from, to).toMillis());
    for (RecordedCommand command : commands) {
      long at = Duration.between(from, command.at()).toMillis();
      int slice = Math.clamp(at * BARS / span, 0, BARS - 1);
      all[slice]++;
      if (!command.decision().allowed()) {
        refused[slice]++;
      } else if (tone(command) == Tone.WAIT) {
        failed[slice]++;
      }
    }
    int most = 1;
    for (int n : all) {
      most = Math.max(most, n);
    }
    List<Bar> bars = new ArrayList<>();
    for (int i = 0; i < BARS; i++) {
      int height = height(all[i], most);
      bars.add(
          new Bar(
              i * 10 + 1,
              height,
              part(height, refused[i], all[i]),
              part(height, failed[i], all[i]),
              Wording.clock(from.plusMillis(span * i / BARS))
                  + ": "
                  + Wording.count(all[i], "command")
                  + (refused[i] > 0 ? ", " + refused[i] + " refused" : "")));
    }
    long refusals = commands.stream().filter(c -> !c.decision().allowed()).count();
    return new Timeline(
        bars,
        from,
        to,
        Wording.count(commands.size(), "command")
            + " over "
            + Wording.span(Duration.ofMillis(span))
            + ", "
            + refusals
            + " refused");
  }

  private static int height(int n, int most) {
    if (n == 0) {
      return FLAT;
    }
    double share = Math.log1p(n) / Math.log1p(most);
    return Math.max(8, (int) Math.round(share * TALLEST));
  }

  private static int part(int height, int some, int all) {
    return some == 0 ? 0 : Math.max(6, height * some / Math.max(1, all));
  }
}
