package io.tidegate.server;

import io.tidegate.gateway.GatewayMain;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The entry point of what runs and stays: the server, and a gateway of its own. */
@Command(
    name = "tidegate",
    synopsisSubcommandLabel = "(start | gateway)",
    subcommands = StartCommand.class)
public final class TidegateServer implements Runnable {
  @Spec private @org.jspecify.annotations.Nullable CommandSpec spec;

  private TidegateServer() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length > 0 && arguments[0].equals("gateway")) {
      GatewayMain.main(Arrays.copyOfRange(arguments, 1, arguments.length));
      return;
    }
    int code = new CommandLine(new TidegateServer()).execute(arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(System.out);
    }
  }
}
