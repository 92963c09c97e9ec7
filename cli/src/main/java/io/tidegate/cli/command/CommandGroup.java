package io.tidegate.cli.command;

import com.google.errorprone.annotations.Keep;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A word that only means something with another one after it. */
abstract class CommandGroup implements Runnable {
  @Keep @Spec CommandSpec spec = CommandSpec.create();

  @Keep
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Say what: " + String.join(", ", spec.subcommands().keySet()).toLowerCase(Locale.ROOT));
  }
}
