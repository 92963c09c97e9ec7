package io.tidegate.control.portal;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people type them, and as commands take them: {@code 30m}, {@code 1h30m}. */
final class Lengths {
  private static final Pattern TYPED =
      Pattern.compile(
          "(?:(\\d{1,4})\\s*d)?\\s*(?:(\\d{1,4})\\s*h)?\\s*(?:(\\d{1,5})\\s*m(?:in)?)?");

  private Lengths() {}

  /** The length, when it is one and longer than nothing. */
  static Optional<Duration> typed(String text) {
    Matcher match = TYPED.matcher(text.strip().toLowerCase(java.util.Locale.ROOT));
    if (!match.matches()) {
      return Optional.empty();
    }
    Duration length =
        Duration.ofDays(part(match, 1)).plusHours(part(match, 2)).plusMinutes(part(match, 3));
    return length.isZero() ? Optional.empty() : Optional.of(length);
  }

  /** As the command line takes it. */
  static String forCommand(Duration length) {
    long minutes = Math.max(1, length.toMinutes());
    if (minutes % 60 == 0) {
      return minutes / 60 + "h";
    }
    return minutes < 60 ? minutes + "m" : minutes / 60 + "h" + minutes % 60 + "m";
  }

  private static long part(Matcher match, int group) {
    String digits = match.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
