package io.tidegate.gateway.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of large messages that the gateway holds for all its sessions: those that are arriving,
 * that wait, and that are under way. Each session has a bound of its own besides. Safe for any
 * thread.
 */
public final class InFlight {
  private final long most;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param most for all sessions together
   */
  public InFlight(long most) {
    this.most = most;
  }

  /** Those held now. */
  public long bytes() {
    return bytes.get();
  }

  /** Counts more as held; false, and none is counted, when that is more than there may be. */
  boolean hold(long more) {
    return hold(bytes, more, most);
  }

  void letGo(long less) {
    bytes.addAndGet(-less);
  }

  static boolean hold(AtomicLong held, long more, long most) {
    if (held.addAndGet(more) > most) {
      held.addAndGet(-more);
      return false;
    }
    return true;
  }
}
