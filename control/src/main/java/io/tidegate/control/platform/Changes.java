package io.tidegate.control.platform;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells those who wait in this process that an object changed, after the change was committed. It
 * carries no state: who is told reads the database again, and who waits does so with a time limit.
 */
public final class Changes {
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  /** Says that the object changed: at commit inside a transaction, at once outside. */
  public void changed(String id) {
    if (TransactionSynchronizationManager.isSynchronizationActive()) {
      TransactionSynchronizationManager.registerSynchronization(
          new TransactionSynchronization() {
            @Override
            public void afterCommit() {
              tell(id);
            }
          });
    } else {
      tell(id);
    }
  }

  private void tell(String id) {
    for (Watch watch : watches) {
      watch.offer(id);
    }
  }

  /** Starts watching objects whose id starts with the prefix; close it after. */
  public Watch watch(String prefix) {
    return watch(id -> id.startsWith(prefix));
  }

  /** Starts watching objects whose id passes the test; close it after. */
  public Watch watch(Predicate<String> wanted) {
    Watch watch = new Watch(wanted);
    watches.add(watch);
    return watch;
  }

  /** What changed since somebody last looked. */
  public final class Watch implements AutoCloseable {
    private final Predicate<String> wanted;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<String> queue = new ArrayDeque<>();
    private final Set<String> queued = new HashSet<>();

    private Watch(Predicate<String> wanted) {
      this.wanted = wanted;
    }

    private void offer(String id) {
      if (!wanted.test(id)) {
        return;
      }
      lock.lock();
      try {
        if (queued.add(id)) {
          queue.add(id);
          arrived.signal();
        }
      } finally {
        lock.unlock();
      }
    }

    /** The id of something that changed; null when nothing did within the time. */
    public @Nullable String await(Duration atMost) throws InterruptedException {
      long nanos = atMost.toNanos();
      lock.lock();
      try {
        while (queue.isEmpty()) {
          if (nanos <= 0) {
            return null;
          }
          nanos = arrived.awaitNanos(nanos);
        }
        String id = queue.remove();
        queued.remove(id);
        return id;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }
}
