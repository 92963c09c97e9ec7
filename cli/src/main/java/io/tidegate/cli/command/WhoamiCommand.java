package io.tidegate.cli.command;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Who the control plane takes one for. */
@Command(name = "whoami", description = "Show who you are signed in as.")
public final class WhoamiCommand extends AskingCommand {
  private static final int MOST = 1000;

  WhoamiCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  ExitCode run() throws Failure, InterruptedException {
    ControlPlane control = control();
    Fields me = control.get("/me");
    if (json()) {
      terminal().out(me.toJson());
      return ExitCode.OK;
    }
    String username = me.text("username");
    String displayName = me.text("displayName");
    terminal()
        .out(
            terminal().strong(username)
                + (displayName.isEmpty() ? "" : " (" + displayName + ")")
                + " at "
                + control.domain());
    List<Fields> roles = me.list("roles");
    Map<String, String> projects =
        roles.stream().allMatch(one -> one.text("projectId").isEmpty())
            ? Map.of()
            : names(all(control, "/projects", Map.of(), MOST));
    for (Fields one : roles) {
      String where = one.text("projectId");
      terminal()
          .out(
              "  "
                  + role(one.text("role"))
                  + (where.isEmpty() ? "" : " in " + projects.getOrDefault(where, where)));
    }
    return ExitCode.OK;
  }

  private static Map<String, String> names(List<Fields> projects) {
    Map<String, String> names = new HashMap<>();
    projects.forEach(project -> names.put(project.text("id"), project.text("name")));
    return names;
  }

  /** {@code project read only} for GROUP_READ_ONLY: a group is what programs call a project. */
  private static String role(String name) {
    return words(name).replaceFirst("^group ", "project ").replaceFirst("^org ", "organization ");
  }
}
