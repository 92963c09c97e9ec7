package io.tidegate.testkit.target;

import io.tidegate.testkit.tool.FreePort;
import io.tidegate.testkit.tool.Subprocess;
import io.tidegate.testkit.tool.SystemPackage;
import io.tidegate.testkit.tool.ToolCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * FerretDB 1.24 on SQLite: a server that is not ours, with SCRAM that is not ours. Built from its
 * Go module into the tool cache at the first use.
 */
public final class FerretDb implements AutoCloseable {

  /** The release that is built. */
  public static final String VERSION = "v1.24.0";

  private static final String MODULE = "github.com/FerretDB/FerretDB";
  private static final Duration BUILD = Duration.ofMinutes(15);

  private final Process process;
  private final int port;
  private final String user;
  private final String password;
  private final Path data;

  private FerretDb(Process process, int port, String user, String password, Path data) {
    this.process = process;
    this.port = port;
    this.user = user;
    this.password = password;
    this.data = data;
  }

  /** Starts one on a free port with one user of {@code admin}. */
  public static FerretDb start(String user, String password)
      throws IOException, InterruptedException {
    Path program = program();
    Path data = Files.createTempDirectory("tidegate-ferretdb-");
    int port = FreePort.next();
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--handler=sqlite",
                "--sqlite-url=file:" + data + "/",
                "--listen-addr=127.0.0.1:" + port,
                "--debug-addr=-",
                "--state-dir=" + data,
                "--telemetry=disable",
                "--test-enable-new-auth=true",
                "--setup-database=admin",
                "--setup-username=" + user,
                "--setup-password=" + password)
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("ferretdb.log").toFile())
            .start();
    var server = new FerretDb(process, port, user, password, data);
    try {
      FreePort.await(port, process, Duration.ofSeconds(30));
      return server;
    } catch (IOException e) {
      String log = Files.readString(data.resolve("ferretdb.log"));
      server.close();
      throw new IOException("FerretDB did not start:\n" + log, e);
    }
  }

  private static Path program() throws IOException, InterruptedException {
    Path go = SystemPackage.program("go", "golang-go");
    return ToolCache.directory("ferretdb-" + VERSION, directory -> build(go, directory))
        .resolve("ferretdb");
  }

  private static void build(Path go, Path directory) throws IOException, InterruptedException {
    Files.writeString(
        directory.resolve("go.mod"),
        "module tidegate.io/ferretdb\n\ngo 1.22\n\nrequire " + MODULE + " " + VERSION + "\n");
    Files.writeString(
        directory.resolve("tools.go"),
        "//go:build tools\n\npackage tools\n\nimport _ \"" + MODULE + "/cmd/ferretdb\"\n");
    Map<String, String> environment = Map.of("GOFLAGS", "-mod=mod", "CGO_ENABLED", "0");
    Subprocess.require(List.of(go.toString(), "mod", "tidy"), directory, environment, BUILD);
    Subprocess.require(
        List.of(go.toString(), "mod", "vendor"), directory, Map.of("CGO_ENABLED", "0"), BUILD);
    // The release's build writes this file; a Go module does not carry it.
    Path version = directory.resolve("vendor/" + MODULE + "/build/version/version.txt");
    Files.createDirectories(version.getParent());
    Files.writeString(version, VERSION);
    Subprocess.require(
        List.of(go.toString(), "build", "-mod=vendor", "-o", "ferretdb", MODULE + "/cmd/ferretdb"),
        directory,
        Map.of("CGO_ENABLED", "0"),
        BUILD);
  }

  /** The port it listens on, on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** A connection string of its user. */
  public String uri() {
    return "mongodb://" + user + ":" + password + "@127.0.0.1:" + port + "/?authSource=admin";
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      try (Stream<Path> files = Files.walk(data)) {
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
