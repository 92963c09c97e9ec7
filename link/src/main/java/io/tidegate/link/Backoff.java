package io.tidegate.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before dialling again: a random part of a ceiling that doubles, so that a
 * thousand gateways do not come back at once. For one thread.
 */
final class Backoff {
  private final RandomGenerator random;
  private final Duration first;
  private final Duration most;
  private Duration ceiling;

  Backoff(RandomGenerator random, Duration first, Duration most) {
    this.random = random;
    this.first = first;
    this.most = most;
    this.ceiling = first;
  }

  Duration next() {
    long nanos = ceiling.toNanos();
    // At least a tenth, so that the dice cannot make it a busy loop.
    Duration pause = Duration.ofNanos(nanos / 10 + random.nextLong(nanos - nanos / 10 + 1));
    Duration doubled = ceiling.multipliedBy(2);
    ceiling = doubled.compareTo(most) > 0 ? most : doubled;
    return pause;
  }

  void reset() {
    ceiling = first;
  }
}
