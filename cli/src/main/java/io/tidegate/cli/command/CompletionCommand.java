package io.tidegate.cli.command;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script that completes commands in the shell. */
@Command(
    name = "completion",
    description = {
      "Print a completion script for bash or zsh.",
      "",
      "Use it with:  source <(tidegate completion bash)"
    })
public final class CompletionCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  String shell = "";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  CompletionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure {
    // One script serves both: it turns on bash's completion inside zsh by itself.
    if (!shell.equals("bash") && !shell.equals("zsh")) {
      throw new Failure(
          ExitCode.USAGE,
          "bad-input",
          "There is no completion for " + shell + ".",
          "Use bash or zsh.");
    }
    surroundings.terminal().outRaw(AutoComplete.bash("tidegate", spec.root().commandLine()));
    return ExitCode.OK.number();
  }
}
