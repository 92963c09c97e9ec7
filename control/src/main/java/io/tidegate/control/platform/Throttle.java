package io.tidegate.control.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Token buckets by key, for a bounded number of keys: each takes a number of tries at once, and
 * gets one back every interval. Safe for any thread.
 */
public final class Throttle {
  private static final int MOST_KEYS = 20_000;

  private final int burst;
  private final Duration interval;
  private final InstantSource clock;

  /** When each key's bucket will be full again; a key that is not here has a full one. */
  private final Map<String, Instant> fullAt = new LinkedHashMap<>(64, 0.75f, true);

  public Throttle(int burst, Duration interval, InstantSource clock) {
    this.burst = burst;
    this.interval = interval;
    this.clock = clock;
  }

  /** Takes one try: zero when there was one, else how long until there is. */
  public synchronized Duration take(String key) {
    Instant now = clock.instant();
    Instant full = fullAt.getOrDefault(key, now);
    if (full.isBefore(now)) {
      full = now;
    }
    Instant next = full.plus(interval);
    Duration ahead = Duration.between(now, next);
    Duration most = interval.multipliedBy(burst);
    if (ahead.compareTo(most) > 0) {
      return ahead.minus(most);
    }
    fullAt.put(key, next);
    if (fullAt.size() > MOST_KEYS) {
      fullAt.values().removeIf(instant -> !instant.isAfter(now));
      // Still too many: the least used go, which forgives them at worst.
      var oldest = fullAt.keySet().iterator();
      while (fullAt.size() > MOST_KEYS) {
        oldest.next();
        oldest.remove();
      }
    }
    return Duration.ZERO;
  }

  /** How long until a try could be taken, without taking one. */
  public synchronized Duration wait(String key) {
    Instant now = clock.instant();
    Duration ahead = Duration.between(now, fullAt.getOrDefault(key, now).plus(interval));
    Duration most = interval.multipliedBy(burst);
    return ahead.compareTo(most) > 0 ? ahead.minus(most) : Duration.ZERO;
  }

  /** Fills the bucket, after a success. */
  public synchronized void forgive(String key) {
    fullAt.remove(key);
  }
}
