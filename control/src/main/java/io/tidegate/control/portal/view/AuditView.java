package io.tidegate.control.portal.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit log, newest first. */
public record AuditView(
    List<Row> rows, FormView filter, List<Option> actions, @Nullable String nextHref) {

  /** One event. */
  public record Row(
      long index,
      Instant at,
      String actor,
      String action,
      String target,
      @Nullable String targetHref,
      String detail,
      Tone tone) {}

  /** What verifying the whole log found. */
  public record Verdict(boolean whole, String summary, List<String> findings, Instant at) {}
}
