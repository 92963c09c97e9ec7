package io.tidegate.cli.text;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths and points of time, as people write and read them. */
public final class Durations {
  private static final Pattern SHORT =
      Pattern.compile("(?:(\\d{1,6})d)?(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,6})s)?");

  private Durations() {}

  /** Reads {@code 1h}, {@code 30m}, {@code 1h30m}, {@code 2d} or ISO-8601 such as {@code PT1H}. */
  public static Optional<Duration> parse(String text) {
    String plain = text.strip().toLowerCase(Locale.ROOT);
    if (plain.isEmpty()) {
      return Optional.empty();
    }
    if (plain.startsWith("p")) {
      try {
        return Optional.of(Duration.parse(plain)).filter(Duration::isPositive);
      } catch (DateTimeParseException e) {
        return Optional.empty();
      }
    }
    Matcher matcher = SHORT.matcher(plain);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Duration duration =
        Duration.ofDays(number(matcher, 1))
            .plusHours(number(matcher, 2))
            .plusMinutes(number(matcher, 3))
            .plusSeconds(number(matcher, 4));
    return Optional.of(duration).filter(Duration::isPositive);
  }

  /** {@code 59 minutes}, {@code 1 hour 30 minutes}, {@code 2 days 3 hours}; two units at most. */
  public static String words(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return count(seconds, "second");
    }
    long minutes = seconds / 60;
    if (minutes < 60) {
      return count(minutes, "minute");
    }
    long hours = minutes / 60;
    if (hours < 24) {
      return both(count(hours, "hour"), minutes % 60, "minute");
    }
    return both(count(hours / 24, "day"), hours % 24, "hour");
  }

  /** The same for what is left of a time: to the nearest minute, so that an hour is an hour. */
  public static String left(Duration duration) {
    return words(duration.toSeconds() < 60 ? duration : duration.plusSeconds(30));
  }

  /** {@code 1h}, {@code 1h 30m}, {@code 45s}: for columns. */
  public static String brief(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    long minutes = seconds / 60;
    if (minutes < 60) {
      return minutes + "m";
    }
    long hours = minutes / 60;
    if (hours < 24) {
      return hours + "h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + "m");
    }
    return hours / 24 + "d" + (hours % 24 == 0 ? "" : " " + hours % 24 + "h");
  }

  /** {@code 5 minutes ago}, {@code in 2 hours}, {@code just now}. */
  public static String relative(Instant then, Instant now) {
    Duration apart = Duration.between(then, now);
    if (apart.abs().toSeconds() < 5) {
      return "just now";
    }
    return apart.isNegative()
        ? "in " + words(apart.negated().plusMillis(500))
        : words(apart) + " ago";
  }

  /** The time of day, with the date when it is another day. */
  public static String clockTime(Instant then, Instant now, ZoneId zone) {
    boolean sameDay = then.atZone(zone).toLocalDate().equals(now.atZone(zone).toLocalDate());
    return DateTimeFormatter.ofPattern(sameDay ? "HH:mm" : "d MMM HH:mm", Locale.ENGLISH)
        .format(then.atZone(zone));
  }

  private static long number(Matcher matcher, int group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }

  private static String both(String first, long rest, String unit) {
    return rest == 0 ? first : first + " " + count(rest, unit);
  }
}
