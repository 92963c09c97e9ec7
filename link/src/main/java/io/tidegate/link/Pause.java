package io.tidegate.link;

import java.time.Duration;

/** Waiting, where a test may want none. */
@FunctionalInterface
public interface Pause {
  /** Real waiting. */
  Pause REAL = Thread::sleep;

  void pause(Duration length) throws InterruptedException;
}
