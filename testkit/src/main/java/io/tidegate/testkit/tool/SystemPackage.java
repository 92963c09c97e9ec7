package io.tidegate.testkit.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Programs of the system's package manager: found on PATH, or installed by apt-get as root. */
public final class SystemPackage {

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private SystemPackage() {}

  /** The program, installed when it is missing; throws with what to do when it cannot be. */
  public static synchronized Path program(String program, String aptPackage)
      throws IOException, InterruptedException {
    Optional<Path> found = Subprocess.find(program);
    if (found.isPresent()) {
      return found.get();
    }
    if (!"root".equals(System.getProperty("user.name")) || Subprocess.find("apt-get").isEmpty()) {
      throw new IOException(program + " is missing: sudo apt-get install " + aptPackage);
    }
    System.out.println("installing " + aptPackage + " with apt-get");
    Path here = Path.of(".");
    Map<String, String> quiet = Map.of("DEBIAN_FRONTEND", "noninteractive");
    Subprocess.run(List.of("apt-get", "update", "-q"), here, quiet, LIMIT);
    Subprocess.require(
        List.of("apt-get", "install", "-y", "-q", "--no-install-recommends", aptPackage),
        here,
        quiet,
        LIMIT);
    return Subprocess.find(program)
        .orElseThrow(() -> new IOException(aptPackage + " has no program " + program));
  }

  /** A Chromium or Chrome, whatever it is called here. */
  public static Path chromium() throws IOException, InterruptedException {
    for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
      Optional<Path> found = Subprocess.find(name);
      if (found.isPresent()) {
        return found.get();
      }
    }
    return program("chromium", "chromium");
  }
}
