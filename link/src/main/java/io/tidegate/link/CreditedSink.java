package io.tidegate.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.tidegate.link.v1.FromGateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Sends parts of a recording, no more of them than the reader has asked for. */
final class CreditedSink implements RecordingSink {
  /** A part is well below the largest message, whatever the entries are. */
  private static final int PART_BYTES = 512 << 10;

  private static final int PART_ENTRIES = 512;

  private final long readId;
  private final Consumer<FromGateway> send;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private long credit;

  @GuardedBy("lock")
  private boolean closed;

  CreditedSink(long readId, int credit, Consumer<FromGateway> send) {
    this.readId = readId;
    this.credit = credit;
    this.send = send;
  }

  @Override
  public boolean send(List<RecordedEntry> entries) throws InterruptedException {
    List<RecordedEntry> part = new ArrayList<>();
    int bytes = 0;
    for (RecordedEntry entry : entries) {
      int length = entry.payload().length;
      if (!part.isEmpty() && (bytes + length > PART_BYTES || part.size() == PART_ENTRIES)) {
        if (!sendPart(part)) {
          return false;
        }
        part.clear();
        bytes = 0;
      }
      part.add(entry);
      bytes += length;
    }
    return part.isEmpty() ? open() : sendPart(part);
  }

  private boolean sendPart(List<RecordedEntry> part) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (credit == 0 && !closed) {
        changed.await();
      }
      if (closed) {
        return false;
      }
      credit--;
    } finally {
      lock.unlock();
    }
    send.accept(Messages.entries(readId, part));
    return true;
  }

  @Override
  public boolean open() {
    lock.lock();
    try {
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean pause(Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (!closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  void credit(int chunks) {
    lock.lock();
    try {
      credit += chunks;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
