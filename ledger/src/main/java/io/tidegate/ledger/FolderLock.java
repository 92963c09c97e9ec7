package io.tidegate.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a ledger's folder to one writer: one process, and one place in it. */
final class FolderLock implements AutoCloseable {
  // POSIX drops a process's locks on a file when any of its descriptors of that file is closed, so
  // a second attempt in this process
  // must be refused before it opens the file.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  static FolderLock take(Path folder) throws IOException, LedgerException {
    Path real = folder.toRealPath();
    if (!HELD.add(real)) {
      throw new LedgerException.Locked(
          "The ledger in %s is already open in this process.".formatted(folder));
    }
    FileChannel channel = null;
    boolean taken = false;
    try {
      channel =
          FileChannel.open(
              real.resolve(Folder.LOCK), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new LedgerException.Locked(
            "The ledger in %s is in use by another process. Stop that process, or give this one another data folder."
                .formatted(folder));
      }
      taken = true;
      return new FolderLock(real, channel);
    } catch (OverlappingFileLockException e) {
      throw new LedgerException.Locked(
          "The ledger in %s is already open in this process.".formatted(folder));
    } finally {
      if (!taken) {
        if (channel != null) {
          channel.close();
        }
        HELD.remove(real);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(folder);
    }
  }
}
