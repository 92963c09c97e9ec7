package io.tidegate.testkit.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code mongosh} and the Node driver, from npm. */
public final class NodeClients {

  private static final Duration INSTALL = Duration.ofMinutes(10);

  private final Path directory;

  private NodeClients(Path directory) {
    this.directory = directory;
  }

  /** The tools, installed when they are not there yet. */
  public static NodeClients installed() throws IOException, InterruptedException {
    Path npm = SystemPackage.program("npm", "npm");
    return new NodeClients(
        ToolCache.directory(
            "clients/node",
            directory -> {
              Files.writeString(
                  directory.resolve("package.json"),
                  "{\"name\":\"tidegate-clients\",\"private\":true}\n");
              Subprocess.require(
                  List.of(
                      npm.toString(), "install", "--no-audit", "--no-fund", "mongosh", "mongodb"),
                  directory,
                  Map.of(),
                  INSTALL);
            }));
  }

  /** The mongosh program. */
  public Path mongosh() {
    return directory.resolve("node_modules/.bin/mongosh");
  }

  /** Runs one line of mongosh's JavaScript against a URI; credentials, if any, are in the URI. */
  public Subprocess.Outcome mongosh(String uri, String script, Duration limit)
      throws IOException, InterruptedException {
    return Subprocess.run(
        List.of(mongosh().toString(), uri, "--quiet", "--norc", "--eval", script),
        directory,
        Map.of("HOME", directory.toString(), "MONGOSH_DISABLE_TELEMETRY", "1"),
        limit);
  }

  /** Runs a Node program that may {@code require('mongodb')}; the URI is in MONGODB_URI. */
  public Subprocess.Outcome node(String uri, String program, Duration limit)
      throws IOException, InterruptedException {
    return Subprocess.run(
        List.of("node", "-e", program), directory, Map.of("MONGODB_URI", uri), limit);
  }
}
