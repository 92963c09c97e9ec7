package io.tidegate.cli.command;

/** For whom a command prints. */
public enum OutputFormat {
  /** For people. */
  TEXT,
  /** For programs: one line of JSON. */
  JSON
}
