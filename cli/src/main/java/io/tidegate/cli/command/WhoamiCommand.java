package io.tidegate.cli.command;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
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
    String username = me.text("username");
    String displayName = me.text("displayName");
    terminal()
        .out(
            terminal().strong(username)
                + (displayName.isEmpty() ? "" : " (" + displayName + ")")
                + " at "
                + control.domain());
    for (Fields one : me.list("roles")) {
      String where = one.text("projectId");
      terminal()
          .out("  " + words(one.text("role")) + (where.isEmpty() ? "" : " in project " + where));
    }
    return ExitCode.OK;
  }
}
