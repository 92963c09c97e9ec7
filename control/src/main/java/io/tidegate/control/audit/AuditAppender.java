package io.tidegate.control.audit;

import io.tidegate.control.audit.AuditLedger.LedgerUnavailable;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Refused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.core.type.TypeReference;

/**
 * Carries the trail from the database to the ledger: one thread, in order, each event once. Where
 * it stands is what the ledger itself says; the mark in the database only shortens looking it up
 * after a start. While the ledger refuses, {@link #requireWritable} refuses too, and appending is
 * tried again every second; so it is whatever else went wrong.
 */
@Component
class AuditAppender implements InitializingBean, DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(AuditAppender.class);
  private static final int GROUP = 500;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The one field that the ledger's entries are read back for. */
  private static final TypeReference<SeqOnly> SEQ = new TypeReference<>() {};

  record SeqOnly(long seq) {}

  private final AuditStore store;
  private final AuditLedger ledger;
  private final Json json;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition caughtUp = lock.newCondition();
  private boolean woken;
  private volatile boolean stopped;
  private volatile @Nullable String broken;
  private long appendedSeq;
  private @Nullable Thread thread;

  AuditAppender(AuditStore store, AuditLedger ledger, Json json) {
    this.store = store;
    this.ledger = ledger;
    this.json = json;
  }

  @Override
  public void afterPropertiesSet() {
    AuditStore.Appended mark = store.appended();
    appendedSeq = mark.seq();
    try {
      // The entry at the mark is the last one known; any after it were appended before a crash.
      ledger.read(
          Math.max(0, mark.index()),
          (payload, _) -> appendedSeq = Math.max(appendedSeq, seqOf(payload)));
    } catch (LedgerUnavailable e) {
      broken = e.getMessage();
      LOG.error("The audit ledger cannot be read; no access is given until it can", e);
    }
    woken = true;
    thread = Thread.ofVirtual().name("audit-appender").start(this::run);
  }

  private long seqOf(byte[] payload) {
    return json.read(new String(payload, StandardCharsets.UTF_8), SEQ).seq();
  }

  /**
   * @throws Refused audit-unavailable while the ledger cannot be written
   */
  void requireWritable() {
    String why = broken;
    if (why != null) {
      throw new Refused(ErrorCode.AUDIT_UNAVAILABLE, why);
    }
  }

  /** Appends what is new once the open transaction has committed. */
  void wakeAfterCommit() {
    if (TransactionSynchronizationManager.isSynchronizationActive()) {
      TransactionSynchronizationManager.registerSynchronization(
          new TransactionSynchronization() {
            @Override
            public void afterCommit() {
              wake();
            }
          });
    } else {
      wake();
    }
  }

  private void wake() {
    lock.lock();
    try {
      woken = true;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the ledger has everything up to a number; false when it has not in time. */
  boolean awaitAppended(long seq, long nanos) throws InterruptedException {
    wake();
    long left = nanos;
    lock.lock();
    try {
      while (appendedSeq < seq) {
        if (left <= 0) {
          return false;
        }
        left = caughtUp.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        lock.lock();
        try {
          long left = RETRY_NANOS;
          while (!woken && !stopped && left > 0) {
            left = work.awaitNanos(left);
          }
          boolean nothingToDo = !woken && broken == null;
          if (stopped && !woken) {
            return;
          }
          woken = false;
          if (nothingToDo) {
            continue;
          }
        } finally {
          lock.unlock();
        }
        appendNew();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void appendNew() {
    try {
      while (true) {
        List<AuditEvent> events = store.after(appendedSeq, GROUP);
        if (events.isEmpty()) {
          break;
        }
        List<byte[]> payloads = new ArrayList<>(events.size());
        for (AuditEvent event : events) {
          payloads.add(store.canonical(event));
        }
        long index = ledger.append(payloads);
        long seq = events.getLast().seq();
        lock.lock();
        try {
          appendedSeq = seq;
          caughtUp.signalAll();
        } finally {
          lock.unlock();
        }
        store.markAppended(new AuditStore.Appended(seq, index));
      }
      if (broken != null) {
        LOG.info("The audit ledger is written again");
        broken = null;
      }
    } catch (RuntimeException e) {
      // Nothing may end this thread: without it the trail would silently stop at the database.
      if (broken == null && !stopped) {
        LOG.error("The audit ledger cannot be written; no access is given until it can", e);
      }
      broken =
          e instanceof LedgerUnavailable
              ? String.valueOf(e.getMessage())
              : "The audit trail could not be carried to its ledger; the server's log says why.";
    }
  }

  @Override
  public void destroy() throws InterruptedException {
    lock.lock();
    try {
      stopped = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    Thread running = thread;
    if (running != null) {
      running.join(2_000);
    }
  }
}
