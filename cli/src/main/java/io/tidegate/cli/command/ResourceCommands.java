package io.tidegate.cli.command;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.text.Durations;
import io.tidegate.cli.text.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What there is to reach. */
@Command(
    name = "resources",
    description = "See the databases you can ask for.",
    subcommands = ResourceCommands.ListCommand.class)
public final class ResourceCommands extends CommandGroup {
  ResourceCommands() {}

  /** All resources with their accounts. */
  @Command(name = "list", description = "List databases, their accounts and how access is given.")
  public static final class ListCommand extends AskingCommand {
    private static final int MOST = 1000;

    @Option(
        names = "--project-id",
        paramLabel = "PROJECT",
        description = "Only this project, by id or name.")
    @Nullable String project;

    ListCommand(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      ControlPlane control = control();
      List<Fields> resources =
          all(
              control,
              "/resources",
              project == null ? Map.of() : Map.of("projectId", project),
              MOST);
      if (json()) {
        printItems(resources);
        return ExitCode.OK;
      }
      Table table = new Table("RESOURCE", "PROJECT", "ACCOUNT", "ACCESS", "UP TO");
      for (Fields resource : resources) {
        List<Fields> accounts = resource.list("accounts");
        String name = resource.text("name");
        String in = resource.text("projectName");
        if (accounts.isEmpty()) {
          table.row(name, in, "-", "no account for you", "-");
        }
        for (Fields account : accounts) {
          Fields flow = account.object("flow").orElseGet(Fields::none);
          table.row(
              name,
              in,
              account.text("name"),
              account.text("mayRequest").equals("false") ? "not for you" : access(flow),
              flow.duration("maxDuration").map(Durations::brief).orElse("-"));
        }
      }
      if (table.isEmpty()) {
        terminal().out("There is no database that you can ask for.");
        terminal().out("An owner of a project can add an access flow for you.");
        return ExitCode.OK;
      }
      table.lines().forEach(terminal()::out);
      terminal().out("");
      terminal().out("Ask with `tidegate db access --resource RESOURCE --account ACCOUNT`.");
      return ExitCode.OK;
    }

    private static String access(Fields flow) {
      String approval = words(flow.text("approval"));
      List<String> words = new ArrayList<>();
      words.add(
          switch (approval) {
            case "auto" -> "at once";
            case "approver" -> "after approval";
            case "" -> "-";
            default -> approval;
          });
      if (flow.flag("reasonRequired")) {
        words.add("reason required");
      }
      return String.join(", ", words);
    }
  }
}
