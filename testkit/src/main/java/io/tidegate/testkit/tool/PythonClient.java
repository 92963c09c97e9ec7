package io.tidegate.testkit.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** pymongo, in a virtual environment of its own. */
public final class PythonClient {

  private static final Duration INSTALL = Duration.ofMinutes(5);

  private final Path directory;

  private PythonClient(Path directory) {
    this.directory = directory;
  }

  /** The client, installed when it is not there yet. */
  public static PythonClient installed() throws IOException, InterruptedException {
    Path python = SystemPackage.program("python3", "python3-venv");
    return new PythonClient(
        ToolCache.directory(
            "clients/python",
            directory -> {
              Subprocess.require(
                  List.of(python.toString(), "-m", "venv", "venv"), directory, Map.of(), INSTALL);
              Subprocess.require(
                  List.of("venv/bin/pip", "install", "-q", "pymongo"),
                  directory,
                  Map.of(),
                  INSTALL);
            }));
  }

  /** Runs a program that may {@code import pymongo}; the URI is in MONGODB_URI. */
  public Subprocess.Outcome run(String uri, String program, Duration limit)
      throws IOException, InterruptedException {
    return Subprocess.run(
        List.of(directory.resolve("venv/bin/python").toString(), "-c", program),
        directory,
        Map.of("MONGODB_URI", uri),
        limit);
  }
}
