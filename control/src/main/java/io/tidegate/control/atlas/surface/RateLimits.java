package io.tidegate.control.atlas.surface;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * How often one caller may use the operations of one feature: a bucket of tokens for each pair,
 * refilled evenly. Full buckets are not kept, and so there are only as many as callers who called
 * within a minute. Safe for any thread.
 */
@Component
public final class RateLimits {
  /** How many calls at once. */
  public static final int CAPACITY = 1200;

  /** In which time an empty bucket is full again. */
  public static final Duration REFILL = Duration.ofMinutes(1);

  private static final int SWEEP_ABOVE = 10_000;
  private static final Duration EACH = REFILL.dividedBy(CAPACITY);

  /**
   * What a call was given.
   *
   * @param remaining how many more at once
   * @param retryAfter zero when the call may go on
   */
  record Taken(int remaining, Duration retryAfter) {}

  private record Bucket(String callerId, Feature feature) {}

  private final InstantSource clock;
  private final Map<Bucket, Instant> fullAt = new LinkedHashMap<>(64, 0.75f, true);

  RateLimits(InstantSource clock) {
    this.clock = clock;
  }

  synchronized Taken take(String callerId, Feature feature) {
    Instant now = clock.instant();
    Bucket bucket = new Bucket(callerId, feature);
    Instant full = fullAt.getOrDefault(bucket, now);
    if (full.isBefore(now)) {
      full = now;
    }
    Duration owed = Duration.between(now, full.plus(EACH));
    if (owed.compareTo(REFILL) > 0) {
      return new Taken(0, owed.minus(REFILL));
    }
    fullAt.put(bucket, full.plus(EACH));
    if (fullAt.size() > SWEEP_ABOVE) {
      fullAt.values().removeIf(instant -> !instant.isAfter(now));
    }
    return new Taken((int) REFILL.minus(owed).dividedBy(EACH), Duration.ZERO);
  }
}
