package io.tidegate.control.portal.view;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How the portal says times, amounts and plurals. The same rules stand in tidegate.js. */
public final class Wording {
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM, HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter CLOCK_MILLIS =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private Wording() {}

  /** Such as {@code 22 s}, {@code 43 min}, {@code 13 h 52 min}, {@code 3 d}. */
  public static String span(Duration duration) {
    long seconds = Math.max(0, Math.round(duration.toMillis() / 1000.0));
    if (seconds < 60) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 60) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    if (hours < 48) {
      return minutes % 60 == 0 ? hours + " h" : hours + " h " + minutes % 60 + " min";
    }
    return hours / 24 + " d";
  }

  /** Such as {@code 4 min ago}; a day and more ago, the date and time in UTC. */
  public static String ago(Instant at, Instant now) {
    Duration past = Duration.between(at, now);
    if (past.abs().toMillis() < 5_000) {
      return "just now";
    }
    if (past.isNegative()) {
      return "in " + span(past.negated());
    }
    if (past.toHours() >= 24) {
      return DAY.format(at);
    }
    if (past.toMinutes() < 1) {
      return span(past) + " ago";
    }
    return past.toHours() < 1 ? past.toMinutes() + " min ago" : past.toHours() + " h ago";
  }

  public static String exact(Instant at) {
    return EXACT.format(at);
  }

  public static String day(Instant at) {
    return DAY.format(at);
  }

  public static String clock(Instant at) {
    return CLOCK.format(at);
  }

  public static String clockMillis(Instant at) {
    return CLOCK_MILLIS.format(at);
  }

  /**
   * The outermost of drivers that are stacked on each other: {@code PyMongo 4.20.1} for {@code
   * PyMongo|c 4.20.1|}.
   */
  public static String driver(String told) {
    return told.replaceAll("\\|[^\\s)]*", "");
  }

  /** Such as {@code 18.4 KiB}. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double amount = bytes;
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    int unit = -1;
    while (amount >= 1024 && unit < units.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", amount, units[unit]);
  }

  /** Such as {@code 1 command}, {@code 214 commands}. */
  public static String count(long n, String one) {
    return grouped(n) + " " + one + (n == 1 ? "" : "s");
  }

  /** Such as {@code 1 204}: groups of three with a narrow no-break space. */
  public static String grouped(long n) {
    return String.format(Locale.ROOT, "%,d", n).replace(',', '\u202f');
  }
}
