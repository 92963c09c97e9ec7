package io.tidegate.e2e.support;

import java.time.Duration;
import java.util.function.Supplier;

/** Waits for what another process does, asking again and again. */
public final class Eventually {

  /** A question that may throw. */
  @FunctionalInterface
  public interface Question {
    boolean ask() throws Exception;
  }

  private Eventually() {}

  /** Returns once the answer is yes; throws with the words when time is over. */
  public static void yes(Duration limit, Supplier<String> words, Question question)
      throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (!question.ask()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + limit + ": " + words.get());
      }
      Thread.sleep(50);
    }
  }
}
