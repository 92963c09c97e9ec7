package io.tidegate.gateway.record;

import io.tidegate.gateway.session.Exchange;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** A bounded queue from one event loop to the recorder's thread, without locks. */
final class ExchangeRing {
  private final AtomicReferenceArray<@Nullable Exchange> slots;
  private final int mask;

  /** Far enough from each other that the two threads do not share a cache line. */
  private final AtomicLong written = new AtomicLong();

  @SuppressWarnings("unused")
  private final long[] gap = new long[16];

  private final AtomicLong read = new AtomicLong();

  /**
   * @param capacity a power of two
   */
  ExchangeRing(int capacity) {
    slots = new AtomicReferenceArray<>(capacity);
    mask = capacity - 1;
  }

  /** The event loop's: false when it is full. */
  boolean offer(Exchange exchange) {
    long at = written.getPlain();
    if (slots.getAcquire((int) at & mask) != null) {
      return false;
    }
    slots.setRelease((int) at & mask, exchange);
    // Volatile, so that whoever offers sees a recorder that went to sleep before this.
    written.set(at + 1);
    return true;
  }

  /** The recorder's thread's: the oldest, or null when there is none. */
  @Nullable Exchange poll() {
    long at = read.getPlain();
    int slot = (int) at & mask;
    Exchange exchange = slots.getAcquire(slot);
    if (exchange != null) {
      slots.setRelease(slot, null);
      read.setRelease(at + 1);
    }
    return exchange;
  }

  /** Roughly how many wait. */
  int size() {
    return (int) (written.getPlain() - read.getAcquire());
  }

  boolean isEmpty() {
    return slots.getAcquire((int) read.getPlain() & mask) == null;
  }
}
