package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.text.Table;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The gateways, for administrators. */
@Command(
    name = "gateways",
    description = "See the gateways, let new ones join, and retire them.",
    subcommands = {
      GatewayCommands.ListCommand.class,
      GatewayCommands.Retire.class,
      GatewayCommands.Invite.class,
      GatewayCommands.Invitations.class,
      GatewayCommands.Uninvite.class
    })
public final class GatewayCommands extends CommandGroup {
  private static final int MOST = 1000;

  GatewayCommands() {}

  /** All of them. */
  @Command(name = "list", description = "List gateways, whether they are there, and their load.")
  public static final class ListCommand extends AskingCommand {
    @Option(names = "--all", description = "Retired ones too.")
    boolean everyone;

    ListCommand(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      List<Fields> known = all(control(), "/gateways", Map.of(), MOST);
      List<Fields> shown =
          known.stream()
              .filter(gateway -> everyone || !gateway.text("status").equals("RETIRED"))
              .toList();
      if (json()) {
        printItems(shown);
        return ExitCode.OK;
      }
      if (shown.isEmpty()) {
        terminal().out("No gateway is in service, so nothing can be reached.");
        terminal().out("Let one join with `tidegate gateways invite NAME`.");
      } else {
        table(shown).lines().forEach(terminal()::out);
      }
      int hidden = known.size() - shown.size();
      if (hidden > 0) {
        terminal().out("");
        terminal().out(hidden + " retired; see " + (hidden == 1 ? "it" : "them") + " with --all.");
      }
      return ExitCode.OK;
    }

    private Table table(List<Fields> gateways) {
      Table table =
          new Table("GATEWAY", "STATE", "SEEN", "SESSIONS", "REACHED AT", "CERTIFICATE", "VERSION");
      for (Fields gateway : gateways) {
        String ends = relative(gateway, "certificateExpiresAt");
        table.row(
            gateway.text("name"),
            words(gateway.text("status")),
            orDash(relative(gateway, "lastSeenAt")),
            gateway.text("liveSessions"),
            orDash(gateway.text("tunnelAddress")),
            ends.isEmpty() ? "none" : "ends " + ends,
            orDash(gateway.text("version")));
      }
      return table;
    }
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  /** Takes one out of service. */
  @Command(
      name = "retire",
      description =
          "Take a gateway out of service: its sessions end and its key stops working. It comes back"
              + " only with a new join token.")
  public static final class Retire extends AskingCommand {
    @Parameters(index = "0", paramLabel = "GATEWAY", description = "The gateway's name or id.")
    String gateway = "";

    @Option(
        names = {"-r", "--reason"},
        paramLabel = "TEXT",
        defaultValue = "",
        description = "Why; it stands in the audit log.")
    String reason = "";

    @Option(names = "--yes", description = "Do it without asking.")
    boolean sure;

    Retire(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      if (!sure) {
        confirm();
      }
      JsonObject body = new JsonObject();
      body.addProperty("reason", reason);
      Fields retired = control().post("/gateways/" + segment(gateway) + "/retire", body);
      if (json()) {
        terminal().out(retired.toJson());
      } else {
        terminal().out("Retired " + retired.text("name") + ". What was open through it is ending.");
      }
      return ExitCode.OK;
    }

    private void confirm() throws Failure {
      if (!terminal().interactive()) {
        throw new Failure(
            ExitCode.USAGE,
            "not-confirmed",
            "Retiring a gateway ends every session through it.",
            "Say --yes if that is meant.");
      }
      terminal().err("Every session through " + gateway + " ends, and its key stops working.");
      terminal().err("Type its name to go on:");
      String typed;
      try {
        typed = terminal().readLine().strip();
      } catch (IOException e) {
        typed = "";
      }
      if (!typed.equals(gateway)) {
        throw new Failure(
            ExitCode.USAGE,
            "not-confirmed",
            "That is not '" + gateway + "'; nothing was done.",
            "Run the command again, and type the name as it is written.");
      }
    }
  }

  /** Makes a join token. */
  @Command(
      name = "invite",
      description =
          "Make a one-time token for a gateway to join with. A known name lets that gateway join"
              + " again, and ends its old key.")
  public static final class Invite extends AskingCommand {
    @Parameters(
        index = "0",
        paramLabel = "NAME",
        description = "What it will be called, such as where it stands: frankfurt-1.")
    String name = "";

    Invite(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      JsonObject body = new JsonObject();
      body.addProperty("name", name);
      Fields token = control().post("/gateways/tokens", body);
      if (json()) {
        terminal().out(token.toJson());
        return ExitCode.OK;
      }
      terminal().err("Run this beside the databases. It works once, and is shown this once.");
      terminal()
          .out(
              "./tidegate gateway --name "
                  + token.text("name")
                  + " --join "
                  + token.text("token")
                  + " --control "
                  + token.text("control")
                  + " --data ./"
                  + token.text("name"));
      terminal()
          .err(
              "The token ends "
                  + relative(token, "expiresAt")
                  + "; revoke it with `tidegate gateways uninvite "
                  + token.text("id")
                  + "`.");
      return ExitCode.OK;
    }
  }

  /** Tokens that would let somebody in. */
  @Command(name = "invitations", description = "List join tokens that nobody has used yet.")
  public static final class Invitations extends AskingCommand {
    Invitations(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      List<Fields> tokens = control().get("/gateways/tokens").list("items");
      if (json()) {
        printItems(tokens);
        return ExitCode.OK;
      }
      if (tokens.isEmpty()) {
        terminal().out("No join token is open: no gateway can join now.");
        return ExitCode.OK;
      }
      Table table = new Table("TOKEN", "FOR", "MADE BY", "ENDS");
      for (Fields token : tokens) {
        table.row(
            token.text("id"),
            token.text("name"),
            token.text("createdBy"),
            relative(token, "expiresAt"));
      }
      table.lines().forEach(terminal()::out);
      return ExitCode.OK;
    }
  }

  /** Makes a token worthless. */
  @Command(name = "uninvite", description = "Revoke a join token that nobody has used yet.")
  public static final class Uninvite extends AskingCommand {
    @Parameters(
        index = "0",
        paramLabel = "TOKEN",
        description = "The token's id, as `gateways invitations` lists it.")
    String id = "";

    Uninvite(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      control().delete("/gateways/tokens/" + segment(id));
      if (json()) {
        terminal().out("{}");
      } else {
        terminal().out("Revoked. Nobody joins with that token.");
      }
      return ExitCode.OK;
    }
  }
}
