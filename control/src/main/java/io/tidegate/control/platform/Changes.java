package io.tidegate.control.platform;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells those who wait that an object changed, after the change was committed: in this process, and
 * through the database in its other replicas. It carries no state: who is told reads the database
 * again, and who waits does so with a time limit, because a replica that was cut off hears nothing.
 */
public final class Changes {
  private final Consumer<String> elsewhere;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  /**
   * @param elsewhere tells other replicas; called within the open transaction, and must be undone
   *     with it
   */
  public Changes(Consumer<String> elsewhere) {
    this.elsewhere = elsewhere;
  }

  /** Says that the object changed: at commit inside a transaction, at once outside. */
  public void changed(String id) {
    elsewhere.accept(id);
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

  /** Another replica said so. */
  void heard(String id) {
    tell(id);
  }

  /** Anything may have changed unheard: everybody looks again. */
  void missed() {
    watches.forEach(Watch::wake);
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
      if (wanted.test(id)) {
        add(id);
      }
    }

    private void wake() {
      add("");
    }

    private void add(String id) {
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

    /**
     * The id of something that changed, empty when anything may have; null when nothing did within
     * the time.
     */
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
