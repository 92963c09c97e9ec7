package io.tidegate.cli.command;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
import java.util.List;
import picocli.CommandLine.Command;

/** Who the control plane takes one for. */
@Command(name = "whoami", description = "Show who you are signed in as.")
public final class WhoamiCommand extends AskingCommand {
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
    String username = me.text("username", "user.username");
    String displayName = me.text("displayName", "user.displayName");
    terminal()
        .out(
            terminal().strong(username)
                + (displayName.isEmpty() ? "" : " (" + displayName + ")")
                + " at "
                + control.domain());
    List<Fields> assignments =
        me.list("roles").isEmpty() ? me.list("assignments") : me.list("roles");
    for (Fields one : assignments) {
      String where = one.text("projectName", "project", "projectId");
      terminal()
          .out("  " + words(one.text("role")) + (where.isEmpty() ? "" : " in project " + where));
    }
    return ExitCode.OK;
  }
}
