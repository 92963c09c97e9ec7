package io.tidegate.gateway.listen;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections that have not yet said who they are, and says when there are too many. */
public final class HalfOpenLimit {
  private final int limit;
  private final AtomicInteger open = new AtomicInteger();

  public HalfOpenLimit(int limit) {
    this.limit = limit;
  }

  /** Takes a place; false when there is none, and then there is nothing to give back. */
  public boolean enter() {
    if (open.incrementAndGet() > limit) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Gives the place back: the connection has said who it is, or is gone. */
  public void leave() {
    open.decrementAndGet();
  }

  public int open() {
    return open.get();
  }
}
