package io.tidegate.gateway.support;

import io.tidegate.ledger.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk that can be full for a while. */
public final class FragileDisk implements Storage {
  public volatile boolean full;

  @Override
  public WritableFile open(Path file) throws IOException {
    WritableFile real = Storage.local().open(file);
    return new WritableFile() {
      @Override
      public void write(ByteBuffer source, long position) throws IOException {
        if (full) {
          throw new IOException("No space left on device");
        }
        real.write(source, position);
      }

      @Override
      public void force() throws IOException {
        real.force();
      }

      @Override
      public void truncate(long size) throws IOException {
        real.truncate(size);
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }
}
