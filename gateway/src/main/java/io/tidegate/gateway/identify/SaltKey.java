package io.tidegate.gateway.identify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/**
 * The key of the salts that users who do not exist are challenged with. Kept in a file: a salt that
 * changes with a restart would tell such a user from a real one.
 */
public final class SaltKey {
  private static final int BYTES = 32;

  private SaltKey() {}

  /**
   * The key in this file, made if there is none.
   *
   * @throws IOException when the file cannot be used
   */
  public static byte[] createOrLoad(Path file, SecureRandom random) throws IOException {
    if (Files.exists(file)) {
      byte[] kept = Files.readAllBytes(file);
      if (kept.length != BYTES) {
        throw new IOException(file + " is damaged; move it away, and another is made");
      }
      return kept;
    }
    byte[] key = new byte[BYTES];
    random.nextBytes(key);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.write(fresh, key);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return key;
  }
}
