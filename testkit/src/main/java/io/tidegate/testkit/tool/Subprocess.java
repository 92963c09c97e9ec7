package io.tidegate.testkit.tool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs run to their end, with their output; and whether a program is there at all. */
public final class Subprocess {

  /**
   * How a program ended.
   *
   * @param exitCode -1 when it was stopped for taking too long
   * @param output standard output and error together
   */
  public record Outcome(int exitCode, String output) {

    /** True when it ended with 0. */
    public boolean succeeded() {
      return exitCode == 0;
    }
  }

  private Subprocess() {}

  /** Runs a program with these additions to the environment; ends it when the time is over. */
  public static Outcome run(
      List<String> command, Path directory, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("tidegate-run-", ".txt");
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      return new Outcome(
          ended ? process.exitValue() : -1, Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** As {@link #run}; throws with the output when it does not end with 0. */
  public static String require(
      List<String> command, Path directory, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    Outcome outcome = run(command, directory, environment, limit);
    if (!outcome.succeeded()) {
      throw new IOException(
          String.join(" ", command)
              + " ended with "
              + outcome.exitCode()
              + ":\n"
              + outcome.output());
    }
    return outcome.output();
  }

  /** Finds a program on PATH. */
  public static Optional<Path> find(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String directory : path.split(":", -1)) {
      Path candidate = Path.of(directory.isEmpty() ? "." : directory, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** A file of a process under /proc, or empty where there is none. */
  public static Optional<String> proc(long pid, String file) {
    try {
      return Optional.of(
          Files.readString(
              Path.of("/proc", Long.toString(pid), file), StandardCharsets.ISO_8859_1));
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
