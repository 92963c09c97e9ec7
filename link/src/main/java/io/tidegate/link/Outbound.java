package io.tidegate.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.CallStreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one stream. gRPC's own buffer has no end; this one has, and hands
 * gRPC only what the peer is ready for.
 */
final class Outbound<T> {
  private final CallStreamObserver<T> stream;
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Deque<T> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private @Nullable T latest;

  @GuardedBy("lock")
  private boolean ended;

  Outbound(CallStreamObserver<T> stream, int capacity) {
    this.stream = stream;
    this.capacity = capacity;
  }

  /** Never blocks. False if the stream has ended or the peer has left too much unread. */
  boolean offer(T message) {
    lock.lock();
    try {
      if (ended || waiting.size() >= capacity) {
        return false;
      }
      waiting.addLast(message);
      drain();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The peer reads again. */
  void ready() {
    lock.lock();
    try {
      drain();
    } finally {
      lock.unlock();
    }
  }

  /** Sends a message when nothing else waits; a newer one takes its place until then. */
  void offerLatest(T message) {
    lock.lock();
    try {
      latest = message;
      drain();
    } finally {
      lock.unlock();
    }
  }

  /** The last thing: ends the stream, well or badly, and drops what waits. */
  void end(Throwable failure) {
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      waiting.clear();
      stream.onError(failure);
    } finally {
      lock.unlock();
    }
  }

  /** The stream is gone already. */
  void forget() {
    lock.lock();
    try {
      ended = true;
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void drain() {
    while (!ended && stream.isReady() && !waiting.isEmpty()) {
      stream.onNext(waiting.removeFirst());
    }
    T message = latest;
    if (message != null && !ended && waiting.isEmpty() && stream.isReady()) {
      latest = null;
      stream.onNext(message);
    }
  }
}
