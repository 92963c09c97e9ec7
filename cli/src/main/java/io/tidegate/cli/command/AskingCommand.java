package io.tidegate.cli.command;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;

/** A command that asks the control plane, says the answer, and is done. */
abstract class AskingCommand extends RemoteCommand {
  AskingCommand(Surroundings surroundings) {
    super(surroundings);
  }

  abstract ExitCode run() throws Failure, InterruptedException;

  @Override
  public final Integer call() throws Failure, InterruptedException {
    return run().number();
  }
}
