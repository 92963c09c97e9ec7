package io.tidegate.e2e.support;

import io.tidegate.testkit.tool.Subprocess;
import io.tidegate.testkit.tool.SystemPackage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.Document;
import org.bson.json.JsonParseException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/** Runs the tests of a Go module, and tells of each as of one of ours. */
public final class GoTests {

  private static final Duration LIMIT = Duration.ofMinutes(20);

  /** What the run said of one test, or of the package when the name is empty. */
  private static final class Case {
    private String outcome = "never ended";
    private final StringBuilder output = new StringBuilder();
  }

  private GoTests() {}

  /**
   * Runs all of them with this environment: one test for each that has no parts of its own, one for
   * each that failed beside its parts, and one for the module when it failed without any of them,
   * as when it does not compile.
   */
  public static List<DynamicTest> run(Path module, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path go = SystemPackage.program("go", "golang-go");
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put("GOFLAGS", "-mod=readonly");
    Subprocess.Outcome outcome =
        Subprocess.run(
            List.of(go.toString(), "test", "-json", "-count=1", "./..."), module, all, LIMIT);
    Map<String, Case> cases = cases(outcome.output());
    Set<String> parents =
        cases.keySet().stream()
            .filter(name -> name.contains("/"))
            .flatMap(name -> parents(name).stream())
            .collect(Collectors.toSet());
    List<DynamicTest> tests = new ArrayList<>();
    boolean anyFailed = false;
    for (var entry : cases.entrySet()) {
      String name = entry.getKey();
      boolean partFailed =
          cases.entrySet().stream()
              .anyMatch(
                  e -> e.getKey().startsWith(name + "/") && !e.getValue().outcome.equals("pass"));
      boolean ownFailure = !entry.getValue().outcome.equals("pass") && !partFailed;
      if (!parents.contains(name) || ownFailure) {
        anyFailed |= ownFailure;
        tests.add(test(name, entry.getValue()));
      }
    }
    if (tests.isEmpty() || (!outcome.succeeded() && !anyFailed)) {
      tests.add(
          DynamicTest.dynamicTest(
              "go test",
              () -> {
                throw new AssertionError(
                    "go test ended with " + outcome.exitCode() + ":\n" + plain(outcome.output()));
              }));
    }
    return tests;
  }

  private static List<String> parents(String name) {
    List<String> parents = new ArrayList<>();
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      parents.add(name.substring(0, slash));
    }
    return parents;
  }

  private static Map<String, Case> cases(String output) {
    Map<String, Case> cases = new LinkedHashMap<>();
    for (String line : output.lines().toList()) {
      Document event = event(line);
      String name = event.getString("Test");
      if (name == null) {
        continue;
      }
      Case one = cases.computeIfAbsent(name, _ -> new Case());
      switch (event.getString("Action")) {
        case "output" -> one.output.append(event.getString("Output"));
        case "pass", "fail", "skip" -> one.outcome = event.getString("Action");
        default -> {
          // It began, or waits for others.
        }
      }
    }
    return cases;
  }

  /** One event; empty for what the compiler and the module loader print as it is. */
  private static Document event(String line) {
    try {
      return line.startsWith("{") ? Document.parse(line) : new Document();
    } catch (JsonParseException e) {
      return new Document();
    }
  }

  private static String plain(String output) {
    StringBuilder plain = new StringBuilder();
    for (String line : output.lines().toList()) {
      Document event = event(line);
      plain.append(event.isEmpty() ? line + "\n" : Objects.toString(event.get("Output"), ""));
    }
    return plain.toString();
  }

  private static DynamicTest test(String name, Case one) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          switch (one.outcome) {
            case "pass" -> {
              // Nothing to tell.
            }
            case "skip" -> {
              if ("1".equals(System.getenv("TIDEGATE_REQUIRE_ALL"))) {
                throw new AssertionError("skipped, and nothing may be:\n" + one.output);
              }
              Assumptions.abort(one.output.toString());
            }
            default -> throw new AssertionError(one.outcome + ":\n" + one.output);
          }
        });
  }
}
