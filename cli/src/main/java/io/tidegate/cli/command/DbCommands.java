package io.tidegate.cli.command;

import picocli.CommandLine.Command;

/** Databases. */
@Command(name = "db", description = "Reach a database.", subcommands = DbAccessCommand.class)
public final class DbCommands extends CommandGroup {
  DbCommands() {}
}
