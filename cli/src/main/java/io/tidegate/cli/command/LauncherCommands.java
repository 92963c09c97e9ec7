package io.tidegate.cli.command;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What the launcher script runs itself; here for the help, and for those without the script. */
public final class LauncherCommands {
  private LauncherCommands() {}

  /** Starts the product. */
  @Command(
      name = "start",
      description = "Start a Tidegate here: control plane and gateway in one process.")
  public static final class Start extends ByLauncher {
    Start() {
      super("start");
    }
  }

  /** Starts a gateway alone. */
  @Command(
      name = "gateway",
      description = "Run a gateway of its own, joined to a control plane by a one-time token.")
  public static final class Gateway extends ByLauncher {
    Gateway() {
      super("gateway");
    }
  }

  /** Runs the tests. */
  @Command(name = "test", description = "Build Tidegate and run all its tests.")
  public static final class Test extends ByLauncher {
    Test() {
      super("test");
    }
  }

  /** Says who runs it. */
  abstract static class ByLauncher implements Callable<Integer> {
    private final String name;

    @Parameters(hidden = true, arity = "0..*")
    List<String> rest = new ArrayList<>();

    ByLauncher(String name) {
      this.name = name;
    }

    @Override
    public Integer call() throws Failure {
      throw new Failure(
          ExitCode.USAGE,
          "launcher",
          "`" + name + "` is run by the launcher script `tidegate` of a checkout.",
          "Run ./tidegate " + name + " there.");
    }
  }
}
