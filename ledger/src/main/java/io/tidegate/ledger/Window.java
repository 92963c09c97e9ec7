package io.tidegate.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A moving view of a file: the part that is being looked at is in memory, with some read ahead. */
final class Window {
  private final FileChannel channel;
  private final int readAhead;
  private byte[] bytes;
  private long start;
  private int length;

  Window(FileChannel channel, int readAhead) {
    this.channel = channel;
    this.readAhead = readAhead;
    this.bytes = new byte[readAhead];
  }

  /**
   * Brings {@code wanted} bytes from {@code offset} into memory; returns how many of them there
   * are.
   */
  int load(long offset, int wanted) throws IOException {
    if (offset < start || offset + wanted > start + length) {
      if (wanted > bytes.length) {
        bytes = new byte[Math.max(wanted, readAhead)];
      }
      start = offset;
      length = 0;
      ByteBuffer target = ByteBuffer.wrap(bytes);
      while (target.hasRemaining()) {
        int read = channel.read(target, offset + length);
        if (read < 0) {
          break;
        }
        length += read;
      }
    }
    return (int) Math.min(wanted, start + length - offset);
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where {@code offset}, which has been loaded, is in {@link #bytes}. */
  int at(long offset) {
    return (int) (offset - start);
  }
}
