package io.tidegate.control.portal;

import io.tidegate.control.portal.view.Option;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** For how long something temporary may be made. */
final class Ends {
  static final List<Option> OPTIONS =
      List.of(
          new Option("", "It stays until somebody removes it"),
          new Option("6h", "6 hours, then it goes by itself"),
          new Option("1d", "1 day, then it goes by itself"),
          new Option("7d", "7 days, then it goes by itself"));

  private static final Map<String, Duration> LENGTHS =
      Map.of("6h", Duration.ofHours(6), "1d", Duration.ofDays(1), "7d", Duration.ofDays(7));

  private Ends() {}

  static @Nullable Instant instant(String chosen, Instant now) {
    Duration length = LENGTHS.get(chosen);
    return length == null ? null : now.plus(length);
  }
}
