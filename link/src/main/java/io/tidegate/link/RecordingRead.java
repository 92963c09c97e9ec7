package io.tidegate.link;

import io.tidegate.link.v1.FromControl;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a recording at the control plane. The gateway may be as many parts ahead as it has
 * credit for; each part taken gives it one more.
 */
final class RecordingRead implements RecordingReader {
  static final int CREDIT = 4;

  private final long id;
  private final Consumer<FromControl> send;
  private final Consumer<Long> forget;

  /** One place more than the credit, for the end. */
  private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>(CREDIT + 1);

  private volatile boolean finished;
  private @Nullable Part last;

  RecordingRead(long id, Consumer<FromControl> send, Consumer<Long> forget) {
    this.id = id;
    this.send = send;
    this.forget = forget;
  }

  /** False if the gateway has overdrawn its credit. */
  boolean deliver(Part.Entries entries) {
    return finished || (parts.size() < CREDIT && parts.offer(entries));
  }

  void finish(Part end) {
    if (!finished) {
      finished = true;
      parts.offer(end);
    }
  }

  @Override
  public Part next(Duration atMost) throws InterruptedException {
    if (last != null) {
      return last;
    }
    Part part = parts.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
    return switch (part) {
      case null -> new Part.Nothing();
      case Part.Entries entries -> {
        if (!finished) {
          send.accept(Messages.credit(id, 1));
        }
        yield entries;
      }
      case Part.Done done -> {
        last = done;
        yield done;
      }
      case Part.Failed failed -> {
        last = failed;
        yield failed;
      }
      case Part.Nothing nothing -> nothing;
    };
  }

  @Override
  public void close() {
    if (!finished) {
      finished = true;
      forget.accept(id);
      send.accept(Messages.stop(id));
    }
  }
}
