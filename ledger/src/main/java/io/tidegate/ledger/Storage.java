package io.tidegate.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Where a ledger writes its bytes: the one seam through which tests make a disk full or slow. */
@FunctionalInterface
public interface Storage {
  /** Opens a file for writing, creating an empty one when there is none. */
  WritableFile open(Path file) throws IOException;

  /** The file system, as it is. */
  static Storage local() {
    return LocalFile::new;
  }

  /** An open file. */
  interface WritableFile extends Closeable {
    /**
     * Writes all of {@code source} at {@code position}, or fails, having written any part of it.
     */
    void write(ByteBuffer source, long position) throws IOException;

    /** Returns when all that was written is on the disk. */
    void force() throws IOException;

    /** Cuts the file to {@code size} bytes. */
    void truncate(long size) throws IOException;
  }
}
