package io.tidegate.testkit.target;

import io.tidegate.testkit.tool.FreePort;
import io.tidegate.testkit.tool.Subprocess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real mongod: the one that {@code TIDEGATE_TEST_MONGODB_URI} names, or one started from PATH.
 * Absent on most machines, and then said to be.
 */
public final class MongodTarget implements AutoCloseable {

  private final String uri;
  private final @Nullable Process process;
  private final @Nullable Path data;

  private MongodTarget(String uri, @Nullable Process process, @Nullable Path data) {
    this.uri = uri;
    this.process = process;
    this.data = data;
  }

  /** The target when there is one; the report is told either way. */
  public static Optional<MongodTarget> find() throws IOException, InterruptedException {
    String given = System.getenv("TIDEGATE_TEST_MONGODB_URI");
    if (given != null && !given.isBlank()) {
      TargetReport.shared().ran(TargetReport.Target.MONGOD, "TIDEGATE_TEST_MONGODB_URI");
      return Optional.of(new MongodTarget(given, null, null));
    }
    Optional<Path> program = Subprocess.find("mongod");
    if (program.isEmpty()) {
      TargetReport.shared()
          .missed(
              TargetReport.Target.MONGOD, "not on PATH, and TIDEGATE_TEST_MONGODB_URI is not set");
      return Optional.empty();
    }
    Path data = Files.createTempDirectory("tidegate-mongod-");
    int port = FreePort.next();
    Process process =
        new ProcessBuilder(
                List.of(
                    program.get().toString(),
                    "--dbpath",
                    data.toString(),
                    "--bind_ip",
                    "127.0.0.1",
                    "--port",
                    Integer.toString(port),
                    "--auth"))
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("mongod.log").toFile())
            .start();
    FreePort.await(port, process, Duration.ofSeconds(60));
    TargetReport.shared().ran(TargetReport.Target.MONGOD, program.get().toString());
    return Optional.of(
        new MongodTarget("mongodb://127.0.0.1:" + port + "/?directConnection=true", process, data));
  }

  /** Its connection string; of one started here, without a user (the localhost exception). */
  public String uri() {
    return uri;
  }

  @Override
  public void close() {
    Process running = process;
    Path directory = data;
    if (running == null || directory == null) {
      return;
    }
    running.destroy();
    try {
      if (!running.waitFor(20, TimeUnit.SECONDS)) {
        running.destroyForcibly().waitFor();
      }
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
