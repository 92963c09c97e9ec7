package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.text.Durations;
import io.tidegate.cli.text.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Requests for access: one's own, and those one decides. */
@Command(
    name = "requests",
    description = "See, decide and end requests for access.",
    subcommands = {
      RequestCommands.ListCommand.class,
      RequestCommands.Show.class,
      RequestCommands.Approve.class,
      RequestCommands.Deny.class,
      RequestCommands.Revoke.class,
      RequestCommands.Cancel.class
    })
public final class RequestCommands extends CommandGroup {
  RequestCommands() {}

  static String place(Fields request) {
    return request.text("resourceName") + " as " + request.text("accountName");
  }

  static String status(Fields request) {
    return request.text("status");
  }

  static String person(Fields object, String path) {
    return object.text(path + ".username");
  }

  /** A list of requests. */
  @Command(name = "list", description = "List requests, newest first.")
  public static final class ListCommand extends AskingCommand {
    @Option(names = "--to-approve", description = "Those that wait for your decision.")
    boolean toApprove;

    @Option(names = "--all", description = "Everyone's that you may see; without it, your own.")
    boolean everyone;

    @Option(
        names = "--status",
        paramLabel = "STATUS",
        description = "Only these: pending_approval, active, rejected, cancelled, expired, ended.")
    List<String> statuses = List.of();

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
      if (toApprove) {
        query.put("toApprove", "true");
      } else if (!everyone) {
        query.put("mine", "true");
      }
      if (!statuses.isEmpty()) {
        query.put("status", String.join(",", statuses).toUpperCase(java.util.Locale.ROOT));
      }
      List<Fields> requests = all(control(), "/requests", query, positive(limit));
      if (json()) {
        printItems(requests);
        return ExitCode.OK;
      }
      if (requests.isEmpty()) {
        none();
        return ExitCode.OK;
      }
      Table table = new Table("REQUEST", "WHO", "WHAT", "FOR", "STATE", "ASKED");
      for (Fields request : requests) {
        table.row(
            request.text("id"),
            person(request, "requester"),
            place(request),
            request.duration("duration").map(Durations::brief).orElse("-"),
            words(status(request)),
            relative(request, "createdAt"));
      }
      table.lines().forEach(terminal()::out);
      if (toApprove) {
        terminal().out("");
        terminal().out("Decide with `tidegate requests approve ID` or `deny ID --reason …`.");
      }
      return ExitCode.OK;
    }

    /** Who decides for others often asks for nothing, and looks here for what waits. */
    private void none() throws Failure, InterruptedException {
      if (toApprove) {
        terminal().out("No request waits for your decision.");
        return;
      }
      if (!statuses.isEmpty()) {
        terminal().out("No request is " + String.join(" or ", statuses) + ".");
        return;
      }
      terminal()
          .out(
              everyone
                  ? "There are no requests."
                  : "You have asked for nothing yet. Ask with `tidegate db access`.");
      int waiting = all(control(), "/requests", Map.of("toApprove", "true"), 200).size();
      if (waiting > 0) {
        terminal()
            .out(
                (waiting == 1 ? "1 request waits" : waiting + " requests wait")
                    + " for your decision: `tidegate requests list --to-approve`.");
      }
    }
  }

  static int positive(int limit) throws Failure {
    if (limit < 1 || limit > 100_000) {
      throw new Failure(
          ExitCode.USAGE, "bad-input", "--limit must be from 1 to 100000.", "Give another number.");
    }
    return limit;
  }

  /** One request. */
  abstract static class OnRequest extends AskingCommand {
    @Parameters(index = "0", paramLabel = "REQUEST", description = "The request's id, req_….")
    String id = "";

    OnRequest(Surroundings surroundings) {
      super(surroundings);
    }

    final String path() {
      return "/requests/" + segment(id);
    }

    final void show(Fields request) {
      if (json()) {
        terminal().out(request.toJson());
        return;
      }
      terminal().out(terminal().strong(place(request)) + "  " + words(status(request)));
      line("request", request.text("id"));
      line("project", request.text("projectName"));
      line("asked by", person(request, "requester") + ", " + relative(request, "createdAt"));
      line("for", request.duration("duration").map(Durations::words).orElse(""));
      line("reason", request.text("reason"));
      line(
          "can be approved by",
          String.join(
              ", ",
              request.list("approvers").stream()
                  .map(approver -> approver.text("username"))
                  .toList()));
      request
          .object("decision")
          .ifPresent(decision ->
              line(
                  decision.flag("approved") ? "approved by" : "denied by",
                  person(decision, "by")
                      + (decision.text("reason").isEmpty() ? "" : ": " + decision.text("reason"))));
      line("grant", request.text("grantId"));
      request
          .instant("expiresAt")
          .ifPresent(at ->
              line(
                  "until",
                  Durations.clockTime(at, now(), surroundings.zone())
                      + ", "
                      + Durations.relative(at, now())));
    }

    private void line(String name, String value) {
      if (!value.isEmpty()) {
        terminal().out("  %-20s%s".formatted(name, Table.plain(value)));
      }
    }
  }

  /** Shows one. */
  @Command(name = "show", description = "Show one request.")
  public static final class Show extends OnRequest {
    Show(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      show(control().get(path()));
      return ExitCode.OK;
    }
  }

  /** Something done to a request, with a reason. */
  abstract static class Act extends OnRequest {
    @Option(
        names = {"-r", "--reason"},
        paramLabel = "TEXT",
        defaultValue = "",
        description = "Why; the other side and the audit log see it.")
    String reason = "";

    Act(Surroundings surroundings) {
      super(surroundings);
    }

    final ExitCode act(ControlPlane control, String path, String done)
        throws Failure, InterruptedException {
      JsonObject body = new JsonObject();
      body.addProperty("reason", reason);
      Fields answer = control.post(path, body);
      if (json()) {
        terminal().out(answer.toJson());
      } else {
        terminal().out(done);
      }
      return ExitCode.OK;
    }
  }

  /** Says yes. */
  @Command(name = "approve", description = "Approve a request; the access starts at once.")
  public static final class Approve extends Act {
    Approve(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      return act(control(), path() + "/approve", "Approved. The access has started.");
    }
  }

  /** Says no. */
  @Command(name = "deny", description = "Deny a request.")
  public static final class Deny extends Act {
    Deny(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      return act(control(), path() + "/deny", "Denied. The requester sees it, with your reason.");
    }
  }

  /** Takes one's own back. */
  @Command(name = "cancel", description = "Take back a request that is not decided yet.")
  public static final class Cancel extends Act {
    Cancel(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      return act(control(), path() + "/cancel", "Cancelled.");
    }
  }

  /** Ends what it became. */
  @Command(
      name = "revoke",
      description = "End the access that a request led to: every connection closes now.")
  public static final class Revoke extends Act {
    Revoke(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      ControlPlane control = control();
      String grant = id;
      if (!id.startsWith("grt_")) {
        Fields request = control.get(path());
        grant = request.text("grantId");
        if (grant.isEmpty()) {
          throw new Failure(
              ExitCode.FAILURE,
              "state-conflict",
              "The request is " + words(status(request)) + ": there is no access to end.",
              "A request that is not decided yet can be denied, or cancelled by its requester.");
        }
      }
      return act(
          control,
          "/grants/" + segment(grant) + "/revoke",
          "Revoked. Its sessions end now, and their connections close with the reason.");
    }
  }
}
