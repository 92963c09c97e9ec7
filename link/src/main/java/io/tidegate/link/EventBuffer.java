package io.tidegate.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's events until the control plane has acknowledged them. Bounded in number and in bytes:
 * when nobody acknowledges for long, events are counted instead of kept, and the count is told.
 * Beginnings, ends and refusals are kept longest.
 *
 * <p>An event gets its number when it is sent first, so that totals that are still unsent can be
 * replaced by newer ones.
 */
final class EventBuffer {
  static final int BATCH = 256;

  /** Batches on the way at once: enough to fill the line, few enough to wait for a slow store. */
  private static final int WINDOW = 4 * BATCH;

  /** A batch goes in one message, of 4 MiB at most; an event larger than this goes in none. */
  static final int BATCH_BYTES = 1 << 20;

  private static final int LARGEST_EVENT = BATCH_BYTES / 4;

  /** What an event takes beside its texts. */
  private static final int EVENT_BYTES = 128;

  private final int capacity;
  private final long capacityBytes;
  private final ReentrantLock lock = new ReentrantLock();

  /** Sent at least once; the first has the number {@link #firstUnacknowledged}. */
  @GuardedBy("lock")
  private final Deque<SessionEvent> sent = new ArrayDeque<>();

  @GuardedBy("lock")
  private final Deque<Unsent> unsent = new ArrayDeque<>();

  @GuardedBy("lock")
  private final Map<String, Unsent> unsentCounters = new HashMap<>();

  @GuardedBy("lock")
  private final Map<String, Long> dropped = new LinkedHashMap<>();

  @GuardedBy("lock")
  private long firstUnacknowledged = 1;

  /** Number of the next event to send over the present connection. */
  @GuardedBy("lock")
  private long cursor = 1;

  /**
   * Which connection is the present one: a late word of an earlier one must not move the cursor.
   */
  @GuardedBy("lock")
  private int connection;

  /** Of all that is kept. */
  @GuardedBy("lock")
  private long bytes;

  /** With room for so many events of a kilobyte. */
  EventBuffer(int capacity) {
    this.capacity = capacity;
    this.capacityBytes = Math.max(2L * LARGEST_EVENT, capacity * 1024L);
  }

  /** Keeps an event; false if there was no room, and it was only counted. */
  boolean add(SessionEvent event) {
    lock.lock();
    try {
      if (event instanceof SessionEvent.Counters counters) {
        Unsent earlier = unsentCounters.get(counters.sessionId());
        if (earlier != null) {
          bytes += weight(counters) - weight(earlier.event);
          earlier.event = counters;
          return true;
        }
      }
      int share = essential(event) ? 0 : 10;
      int weight = weight(event);
      int room = capacity - sent.size() - unsent.size();
      long roomBytes = capacityBytes - bytes - weight;
      if (room <= (share == 0 ? 0 : capacity / share)
          || roomBytes < (share == 0 ? 0 : capacityBytes / share)
          || weight > LARGEST_EVENT) {
        dropped.merge(event.sessionId(), 1L, Long::sum);
        return false;
      }
      enqueue(event);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A new connection, by its number: everything unacknowledged is to be sent again, over it. */
  int rewind() {
    lock.lock();
    try {
      cursor = firstUnacknowledged;
      connection++;
      return connection;
    } finally {
      lock.unlock();
    }
  }

  /** The next events to send over this connection, or null if there are none or enough are out. */
  @Nullable Outgoing next(int overConnection, Instant now) {
    lock.lock();
    try {
      if (overConnection != connection) {
        return null;
      }
      tellDropped(now);
      long sentThrough = firstUnacknowledged + sent.size() - 1;
      if (cursor - firstUnacknowledged >= WINDOW) {
        return null;
      }
      List<SessionEvent> events = new ArrayList<>();
      long first = cursor;
      int batched = 0;
      if (cursor <= sentThrough) {
        Iterator<SessionEvent> again = sent.iterator();
        for (long skip = firstUnacknowledged; skip < cursor; skip++) {
          again.next();
        }
        while (again.hasNext() && events.size() < BATCH && batched < BATCH_BYTES) {
          SessionEvent event = again.next();
          batched += weight(event);
          events.add(event);
        }
      } else {
        while (!unsent.isEmpty() && events.size() < BATCH && batched < BATCH_BYTES) {
          Unsent next = unsent.removeFirst();
          batched += weight(next.event);
          unsentCounters.remove(next.event.sessionId(), next);
          sent.addLast(next.event);
          events.add(next.event);
        }
      }
      if (events.isEmpty()) {
        return null;
      }
      cursor += events.size();
      return new Outgoing(first, events);
    } finally {
      lock.unlock();
    }
  }

  /** The control plane keeps everything through this number. */
  void acknowledged(long throughSequence) throws MalformedLinkMessageException {
    lock.lock();
    try {
      if (throughSequence >= cursor) {
        throw new MalformedLinkMessageException("an event was acknowledged that was not sent");
      }
      while (firstUnacknowledged <= throughSequence) {
        bytes -= weight(sent.removeFirst());
        firstUnacknowledged++;
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return sent.size() + unsent.size();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void tellDropped(Instant now) {
    if (dropped.isEmpty() || capacity - sent.size() - unsent.size() < capacity / 10) {
      return;
    }
    dropped.forEach((session, count) -> enqueue(new SessionEvent.Dropped(now, session, count)));
    dropped.clear();
  }

  @GuardedBy("lock")
  private void enqueue(SessionEvent event) {
    bytes += weight(event);
    Unsent added = new Unsent(event);
    unsent.addLast(added);
    if (event instanceof SessionEvent.Counters) {
      unsentCounters.put(event.sessionId(), added);
    }
  }

  private static boolean essential(SessionEvent event) {
    return switch (event) {
      case SessionEvent.Started _, SessionEvent.Ended _, SessionEvent.Refused _ -> true;
      case SessionEvent.ConnectionOpened _,
          SessionEvent.ConnectionClosed _,
          SessionEvent.Counters _,
          SessionEvent.Dropped _ ->
          false;
    };
  }

  /** Bytes of an event in a message, at most. */
  private static int weight(SessionEvent event) {
    long characters =
        switch (event) {
          case SessionEvent.Started e -> length(e.leaseId(), e.clientAddress());
          case SessionEvent.ConnectionOpened e ->
              length(
                  e.connectionId(), e.clientAddress(), e.application(), e.driver(), e.platform());
          case SessionEvent.ConnectionClosed e -> length(e.connectionId(), e.cause());
          case SessionEvent.Refused e ->
              length(e.connectionId(), e.command(), e.namespace(), e.rule(), e.sentence());
          case SessionEvent.Ended e -> length(e.leaseId(), e.code(), e.reason());
          case SessionEvent.Counters _, SessionEvent.Dropped _ -> 0;
        };
    return (int)
        Math.min(Integer.MAX_VALUE, EVENT_BYTES + 3 * (characters + event.sessionId().length()));
  }

  private static long length(String... texts) {
    long sum = 0;
    for (String text : texts) {
      sum += text.length();
    }
    return sum;
  }

  record Outgoing(long firstSequence, List<SessionEvent> events) {}

  private static final class Unsent {
    SessionEvent event;

    Unsent(SessionEvent event) {
      this.event = event;
    }
  }
}
