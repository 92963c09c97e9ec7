package io.tidegate.e2e.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** What a run found, in words for people and as JSON for machines. */
final class Findings {

  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();

  /** The table of what is reached and what falls short, which ends the report. */
  private final List<String> goals = new ArrayList<>();

  /** Which way a figure is good. */
  enum Bound {
    AT_LEAST,
    AT_MOST
  }

  void say(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    System.out.println(line);
    lines.add(line);
  }

  void figure(String name, @Nullable Object value) {
    figures.put(name, value);
  }

  /** A figure that has a goal. */
  void goal(String name, String words, Sample sample, double goal, Bound bound) {
    double value = sample.median();
    boolean reached = bound == Bound.AT_LEAST ? value >= goal : value <= goal;
    String shortfall =
        reached
            ? "reached"
            : String.format(Locale.ROOT, "%.0f %% short", 100 * Math.abs(value - goal) / goal);
    line(
        name,
        words,
        String.format(
            Locale.ROOT,
            "%8.2f  (%.2f to %.2f)  goal %s %.2f  %s",
            value,
            sample.least(),
            sample.most(),
            bound == Bound.AT_LEAST ? ">=" : "<=",
            goal,
            shortfall));
    figures.put(name, value);
    figures.put(name + "_least", sample.least());
    figures.put(name + "_most", sample.most());
    figures.put(name + "_goal", goal);
  }

  /** A figure that this run cannot tell. */
  void unknown(String name, String words, String why, double goal) {
    line(name, words, why);
    figures.put(name, null);
    figures.put(name + "_goal", goal);
  }

  private void line(String name, String words, String rest) {
    String line = String.format(Locale.ROOT, "%-7s %-52s %s", name, words, rest);
    say("%s", line);
    goals.add(line);
  }

  /** Everything said, with the goals once more at the end. */
  Bench.Report report() {
    say("goals, as medians with the least and the most of the rounds:");
    List.copyOf(goals).forEach(line -> say("%s", line));
    return new Bench.Report(String.join("\n", lines), new Document(figures).toJson());
  }
}
