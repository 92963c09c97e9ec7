package io.tidegate.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of the file system. A channel closes itself when a thread that uses it is interrupted; a
 * ledger must not break because somebody interrupted a caller, so this one opens the file again and
 * repeats what was interrupted, which is harmless as all writes name their position.
 */
final class LocalFile implements Storage.WritableFile {
  private final Path path;
  private FileChannel channel;
  private boolean closed;

  LocalFile(Path path) throws IOException {
    this.path = path;
    this.channel =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    int start = source.position();
    uninterrupted(open -> {
      source.position(start);
      long at = position;
      while (source.hasRemaining()) {
        at += open.write(source, at);
      }
    });
  }

  @Override
  public void force() throws IOException {
    uninterrupted(open -> open.force(false));
  }

  @Override
  public void truncate(long size) throws IOException {
    uninterrupted(open -> open.truncate(size));
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }

  private interface Operation {
    void on(FileChannel open) throws IOException;
  }

  private void uninterrupted(Operation operation) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        FileChannel open = current();
        try {
          operation.on(open);
          return;
        } catch (ClosedByInterruptException e) {
          Thread.interrupted();
          interrupted = true;
        } catch (ClosedChannelException e) {
          // Another thread was interrupted on the same channel; unless it was closed for good, go
          // round.
          if (open.equals(current())) {
            throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized FileChannel current() throws IOException {
    if (!channel.isOpen() && !closed) {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
    return channel;
  }
}
