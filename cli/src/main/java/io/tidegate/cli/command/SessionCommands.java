package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.text.Durations;
import io.tidegate.cli.text.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sessions, live and past. */
@Command(
    name = "sessions",
    description = "See sessions with their commands, and end them.",
    subcommands = {
      SessionCommands.ListCommand.class,
      SessionCommands.Show.class,
      SessionCommands.End.class
    })
public final class SessionCommands extends CommandGroup {
  SessionCommands() {}

  /** Why it ended, as one sentence; empty while it goes on. */
  static String because(Fields session) {
    String sentence = session.text("endSentence");
    String by = session.text("endedBy");
    String note = session.text("endNote");
    return sentence + (by.isEmpty() ? "" : " by " + by) + (note.isEmpty() ? "" : ": " + note);
  }

  static String state(Fields session) {
    return session.text("status");
  }

  /** A list of sessions. */
  @Command(name = "list", description = "List sessions, newest first.")
  public static final class ListCommand extends AskingCommand {
    @Option(names = "--live", description = "Only those that go on now.")
    boolean live;

    @Option(names = "--past", description = "Only those that have ended.")
    boolean past;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "At most so many. Default: 50.")
    int limit = 50;

    ListCommand(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      Map<String, String> query = new TreeMap<>();
      if (live != past) {
        query.put("live", String.valueOf(live));
      }
      List<Fields> sessions = all(control(), "/sessions", query, RequestCommands.positive(limit));
      if (json()) {
        printItems(sessions);
        return ExitCode.OK;
      }
      if (sessions.isEmpty()) {
        terminal().out(none());
        return ExitCode.OK;
      }
      Table table =
          new Table("SESSION", "WHO", "WHAT", "STATE", "STARTED", "LENGTH", "COMMANDS", "REFUSED");
      for (Fields session : sessions) {
        table.row(
            session.text("id"),
            RequestCommands.person(session, "person"),
            RequestCommands.place(session),
            words(state(session)),
            relative(session, "startedAt"),
            length(session),
            session.text("counters.commands"),
            session.text("counters.refused"));
      }
      table.lines().forEach(terminal()::out);
      return ExitCode.OK;
    }

    private String none() {
      if (live == past) {
        return "There are no sessions yet.";
      }
      return live ? "No session goes on now." : "No session has ended yet.";
    }

    private String length(Fields session) {
      Instant to = session.instant("endedAt").orElse(now());
      return session
          .instant("startedAt")
          .map(from -> Durations.brief(Duration.between(from, to)))
          .orElse("-");
    }
  }

  /** One session with its commands. */
  @Command(name = "show", description = "Show one session and the commands in it.")
  public static final class Show extends AskingCommand {
    private static final int PAGE = 200;

    @Parameters(index = "0", paramLabel = "SESSION", description = "The session's id, ses_….")
    String id = "";

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "200",
        description = "At most so many commands. Default: 200.")
    int limit = 200;

    Show(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      ControlPlane control = control();
      Fields session = control.get("/sessions/" + segment(id));
      List<Fields> commands = new ArrayList<>();
      String after = "0";
      boolean more = true;
      int most = RequestCommands.positive(limit);
      while (more && commands.size() < most) {
        Fields page =
            control.get(
                "/sessions/" + segment(id) + "/commands",
                Map.of(
                    "after",
                    after,
                    "limit",
                    String.valueOf(Math.min(PAGE, most - commands.size()))));
        commands.addAll(page.list("items"));
        String last = page.text("last");
        more = page.flag("more") && !last.isEmpty() && !last.equals(after);
        after = last;
      }
      if (json()) {
        terminal()
            .out(
                "{\"session\":"
                    + session.toJson()
                    + ",\"commands\":["
                    + String.join(",", commands.stream().map(Fields::toJson).toList())
                    + "],\"more\":"
                    + more
                    + "}");
        return ExitCode.OK;
      }
      print(session, commands, more);
      return ExitCode.OK;
    }

    private void print(Fields session, List<Fields> commands, boolean more) {
      terminal()
          .out(terminal().strong(RequestCommands.place(session)) + "  " + words(state(session)));
      line("session", session.text("id"));
      line("who", RequestCommands.person(session, "person"));
      line("started", relative(session, "startedAt"));
      line("ended", relative(session, "endedAt"));
      line("because", because(session));
      line("client", session.text("driver", "clientName"));
      line("gateway", session.text("gatewayName", "gatewayId"));
      terminal().out("");
      if (commands.isEmpty()) {
        terminal().out("No command has been run in it.");
        return;
      }
      Table table = new Table("#", "AT", "COMMAND", "ON", "OUTCOME", "TOOK");
      for (Fields command : commands) {
        String collection = command.text("collection");
        table.row(
            command.text("sequence"),
            command
                .instant("at")
                .map(at ->
                    java.time.format.DateTimeFormatter.ofPattern("HH:mm:ss")
                        .format(at.atZone(surroundings.zone())))
                .orElse(""),
            command.text("command"),
            command.text("database") + (collection.isEmpty() ? "" : "." + collection),
            outcome(command),
            took(command));
      }
      table.lines().forEach(terminal()::out);
      if (more) {
        terminal().out("There are more; see them with --limit.");
      }
    }

    private static String outcome(Fields command) {
      String rule = command.text("rule");
      if (!rule.isEmpty()) {
        return "refused: " + rule;
      }
      String summary = command.text("outcome.summary");
      return summary.isEmpty() ? "…" : summary;
    }

    private static String took(Fields command) {
      long micros = command.number("outcome.durationMicros");
      if (micros <= 0) {
        return "";
      }
      return micros < 10_000 ? "%.1f ms".formatted(micros / 1000.0) : micros / 1000 + " ms";
    }

    private void line(String name, String value) {
      if (!value.isEmpty()) {
        terminal().out("  %-10s%s".formatted(name, Table.plain(value)));
      }
    }
  }

  /** Ends one. */
  @Command(name = "end", description = "End a session: its connections close now.")
  public static final class End extends AskingCommand {
    @Parameters(index = "0", paramLabel = "SESSION", description = "The session's id, ses_….")
    String id = "";

    @Option(
        names = {"-r", "--reason"},
        paramLabel = "TEXT",
        defaultValue = "",
        description = "Why; the person in the session sees it.")
    String reason = "";

    End(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      JsonObject body = new JsonObject();
      body.addProperty("reason", reason);
      Fields session = control().post("/sessions/" + segment(id) + "/end", body);
      if (json()) {
        terminal().out(session.toJson());
      } else {
        terminal().out("Ended. Its connections close with the reason.");
      }
      return ExitCode.OK;
    }
  }
}
