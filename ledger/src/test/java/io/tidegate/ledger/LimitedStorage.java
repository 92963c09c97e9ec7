package io.tidegate.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** A disk of so many bytes, whose last write is done in part, and which can refuse to force. */
final class LimitedStorage implements Storage {
  final AtomicLong room;
  final AtomicBoolean forceFails = new AtomicBoolean();
  private final Storage real = Storage.local();

  LimitedStorage(long bytes) {
    this.room = new AtomicLong(bytes);
  }

  @Override
  public WritableFile open(Path path) throws IOException {
    WritableFile file = real.open(path);
    return new WritableFile() {
      @Override
      public void write(ByteBuffer source, long position) throws IOException {
        int wanted = source.remaining();
        long there = room.addAndGet(-wanted) + wanted;
        if (there < wanted) {
          if (there > 0) {
            file.write(source.slice(source.position(), (int) there), position);
          }
          room.set(0);
          throw new IOException("No space left on device");
        }
        file.write(source, position);
      }

      @Override
      public void force() throws IOException {
        if (forceFails.get()) {
          throw new IOException("Input/output error");
        }
        file.force();
      }

      @Override
      public void truncate(long size) throws IOException {
        file.truncate(size);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }
}
