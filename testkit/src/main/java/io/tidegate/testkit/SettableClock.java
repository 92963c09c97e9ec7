package io.tidegate.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until a test moves it. Safe for concurrent use. */
public final class SettableClock implements InstantSource {

  private volatile Instant now;

  /** A clock that shows this instant. */
  public SettableClock(Instant start) {
    now = start;
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Shows another instant from now on; an earlier one too, as a clock that jumps. */
  public synchronized void set(Instant instant) {
    now = instant;
  }

  /** Moves on by so much. */
  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }
}
