package io.tidegate.control.portal.view;

import java.time.Duration;
import java.time.Instant;

/**
 * Time left, as the bar that ebbs.
 *
 * @param from when the time began to run
 * @param until when it is up
 */
public record Tide(Instant from, Instant until) {

  /** The part of the time that is left, 0 to 1. */
  public double share(Instant now) {
    double whole = Duration.between(from, until).toMillis();
    double left = Duration.between(now, until).toMillis();
    return whole <= 0 ? 0 : Math.clamp(left / whole, 0.0, 1.0);
  }

  /** The bar's width as an SVG length, such as {@code 72.50%}. */
  public String width(Instant now) {
    return String.format(java.util.Locale.ROOT, "%.2f%%", share(now) * 100);
  }

  /** {@code low} in the last tenth, {@code out} when the time is up, else empty. */
  public String css(Instant now) {
    double share = share(now);
    return share <= 0 ? "out" : share <= 0.1 ? "low" : "";
  }

  /** Such as {@code 43 min left}. */
  public String words(Instant now) {
    return now.isBefore(until)
        ? Wording.span(Duration.between(now, until)) + " left"
        : "time is up";
  }
}
