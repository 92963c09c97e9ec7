package io.tidegate.control.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds all that must survive: database, keys, audit ledger. One process at a time,
 * by a file lock that dies with it. Files and folders made here are for their owner only.
 *
 * <p>A folder that was there before and is open to others is closed to them rather than refused:
 * what lies in it is nobody else's, and a start that only asks for a chmod teaches nothing. One
 * that holds somebody else's files is refused, because shutting that would break what is theirs.
 */
public final class DataFolder implements AutoCloseable {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  private static final String OWNER_ONLY = "rwx------";

  private final Path root;
  private final FileChannel lockFile;

  private DataFolder(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /**
   * Makes the folder when it is missing, and takes it for this process.
   *
   * @throws StartFailure when another process has it, or it cannot be written
   */
  public static DataFolder open(Path path) {
    Path root = path.toAbsolutePath().normalize();
    FileChannel channel;
    try {
      makeFolder(root);
      shut(root);
      channel =
          FileChannel.open(
              root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new StartFailure(
          "The data folder " + root + " is a file. Name a folder with --data.", e);
    } catch (IOException e) {
      throw new StartFailure(
          "The data folder "
              + root
              + " cannot be made or written: "
              + e.getMessage()
              + ". Name another with --data, or repair its permissions.",
          e);
    }
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    } catch (IOException e) {
      closeQuietly(channel);
      throw new StartFailure("The data folder " + root + " cannot be locked.", e);
    }
    if (lock == null) {
      closeQuietly(channel);
      throw new StartFailure(
          "Another Tidegate uses the data folder "
              + root
              + ". Stop it first, or name another folder with --data.");
    }
    return new DataFolder(root, channel);
  }

  public Path root() {
    return root;
  }

  /** A folder in it, made when missing. */
  public Path folder(String name) {
    Path path = root.resolve(name);
    try {
      makeFolder(path);
    } catch (IOException e) {
      throw new StartFailure("The folder " + path + " cannot be made or written.", e);
    }
    return path;
  }

  /** The bytes of a file in it; empty when there is none. */
  public Optional<byte[]> read(String name) {
    try {
      return Optional.of(Files.readAllBytes(root.resolve(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StartFailure("The file " + root.resolve(name) + " cannot be read.", e);
    }
  }

  /** Writes a file whole or not at all, readable by its owner only. */
  public void write(String name, byte[] bytes) {
    Path target = root.resolve(name);
    Path parent = target.getParent();
    try {
      if (parent != null) {
        makeFolder(parent);
      }
      Path temporary =
          POSIX
              ? Files.createTempFile(
                  parent,
                  ".new",
                  "",
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------")))
              : Files.createTempFile(parent, ".new", "");
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        out.force(true);
      }
      try {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new StartFailure("The file " + target + " cannot be written.", e);
    }
  }

  private static void shut(Path root) throws IOException {
    if (!POSIX) {
      return;
    }
    if (isOpen(root) && !isOurs(root)) {
      throw new StartFailure(
          "The folder "
              + root
              + " is open to others and holds files that are not Tidegate's. Name a folder of its"
              + " own with --data, such as "
              + root.resolve("tidegate")
              + ".");
    }
    shutTo(root);
    Path keys = root.resolve("keys");
    if (Files.isDirectory(keys)) {
      shutTo(keys);
    }
  }

  private static void shutTo(Path folder) throws IOException {
    if (!isOpen(folder)) {
      return;
    }
    try {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(OWNER_ONLY));
    } catch (FileSystemException e) {
      throw new StartFailure(
          "The folder "
              + folder
              + " holds keys and is open to others, and belongs to somebody else, so it cannot be"
              + " shut. Let its owner run: chmod 700 "
              + folder
              + " (or start Tidegate as that owner).",
          e);
    }
  }

  private static boolean isOpen(Path folder) throws IOException {
    return Files.getPosixFilePermissions(folder).stream()
        .anyMatch(permission -> !permission.name().startsWith("OWNER_"));
  }

  /** Empty, or taken by a Tidegate before. */
  private static boolean isOurs(Path root) throws IOException {
    if (Files.exists(root.resolve("lock"))) {
      return true;
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void makeFolder(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    FileAttribute<?>[] ownerOnly =
        POSIX
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
            }
            : new FileAttribute<?>[0];
    Files.createDirectories(path, ownerOnly);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The start fails for the reason that led here; this adds nothing to it.
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
