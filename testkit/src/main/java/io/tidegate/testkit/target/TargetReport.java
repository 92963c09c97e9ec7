package io.tidegate.testkit.target;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Which real servers a test run met: a run must not read as having proven what it never tried. With
 * {@code TIDEGATE_REQUIRE_ALL=1} a target that is missing fails the test instead of being skipped,
 * except mongod and mongos, which are not for everyone to install.
 */
public final class TargetReport {

  /** The servers that tests may run against. */
  public enum Target {
    SANDBOX("sandbox", true),
    FERRETDB("FerretDB", true),
    MONGOD("mongod", false),
    MONGOS("mongos", false),
    SQLITE("SQLite", true),
    POSTGRESQL("PostgreSQL", true),
    BROWSER("browser", true);

    private final String label;
    private final boolean required;

    Target(String label, boolean required) {
      this.label = label;
      this.required = required;
    }
  }

  private static final TargetReport SHARED = new TargetReport();

  private final Map<Target, String> seen = new TreeMap<>();

  private TargetReport() {}

  /** The report of this test run. */
  public static TargetReport shared() {
    return SHARED;
  }

  /** A target was there; the detail is its version or address, without credentials. */
  public synchronized void ran(Target target, String detail) {
    seen.put(target, "ran      " + detail);
  }

  /** A target was not there. Throws when everything is required. */
  public synchronized void missed(Target target, String why) {
    if (target.required && Objects.equals(System.getenv("TIDEGATE_REQUIRE_ALL"), "1")) {
      throw new IllegalStateException(target.label + " is required: " + why);
    }
    seen.putIfAbsent(target, "NOT RUN  " + why);
  }

  /** The table, one line a target. */
  public synchronized String table() {
    var table = new StringBuilder("Targets of this run:\n");
    for (Target target : Target.values()) {
      table.append("  ").append(line(target)).append('\n');
    }
    return table.toString();
  }

  private String line(Target target) {
    return "%-11s".formatted(target.label)
        + seen.getOrDefault(target, "NOT RUN  no test asked for it");
  }

  /**
   * Leaves the table, one file a target, in the folder that {@code TIDEGATE_TARGET_REPORT} names:
   * for the script that runs all modules' tests and has the last word. Does nothing without it.
   */
  public synchronized void leave() throws IOException {
    String folder = System.getenv("TIDEGATE_TARGET_REPORT");
    if (folder == null || folder.isBlank()) {
      return;
    }
    Files.createDirectories(Path.of(folder));
    for (Target target : Target.values()) {
      Files.writeString(Path.of(folder, target.name()), line(target) + "\n");
    }
  }
}
