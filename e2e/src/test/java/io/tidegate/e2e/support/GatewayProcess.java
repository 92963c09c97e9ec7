package io.tidegate.e2e.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code ./tidegate gateway} in a process of its own. */
public final class GatewayProcess implements AutoCloseable {

  private final Process process;
  private final Path log;

  private GatewayProcess(List<String> arguments) throws IOException {
    log = Files.createTempFile("tidegate-gateway-", ".log");
    process =
        new ProcessBuilder(Program.command(arguments))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
  }

  /** Joins with a token, given by a file so that no process list shows it. */
  public static GatewayProcess join(RunningTidegate tidegate, String token, Path data, String name)
      throws IOException {
    return join(tidegate, token, data, name, List.of());
  }

  /** The same with more options. */
  public static GatewayProcess join(
      RunningTidegate tidegate, String token, Path data, String name, List<String> options)
      throws IOException {
    Path file =
        Files.createTempFile(
            "tidegate-join-",
            ".token",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, token + "\n");
    List<String> arguments = arguments(tidegate, data, name);
    arguments.addAll(List.of("--join-file", file.toString()));
    arguments.addAll(options);
    return new GatewayProcess(arguments);
  }

  /** Starts one that joined before. */
  public static GatewayProcess again(RunningTidegate tidegate, Path data, String name)
      throws IOException {
    return new GatewayProcess(arguments(tidegate, data, name));
  }

  private static List<String> arguments(RunningTidegate tidegate, Path data, String name) {
    return new ArrayList<>(
        List.of(
            "gateway",
            "--control",
            "127.0.0.1:" + tidegate.linkPort(),
            "--data",
            data.toString(),
            "--name",
            name,
            "--port",
            "0"));
  }

  /** The running process. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** What it printed so far. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for it to end by itself; returns the exit code. */
  public int awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("the gateway still runs:\n" + log());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
