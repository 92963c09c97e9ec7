package io.tidegate.testkit.tool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Where installed tools live: {@code TIDEGATE_CACHE}, or {@code ~/.cache/tidegate}. Each tool has a
 * directory that is complete once its marker is there; a lock keeps two test runs from installing
 * the same thing at once.
 */
public final class ToolCache {

  /** Installs into an empty or half-filled directory. */
  @FunctionalInterface
  public interface Installer {
    /** Fills the directory. */
    void install(Path directory) throws IOException, InterruptedException;
  }

  private ToolCache() {}

  /** The directory of a tool, installed by the installer when it is not there yet. */
  public static Path directory(String name, Installer installer)
      throws IOException, InterruptedException {
    Path root =
        Optional.ofNullable(System.getenv("TIDEGATE_CACHE"))
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache", "tidegate"));
    Path directory = root.resolve(name);
    Path marker = directory.resolve(".complete");
    if (Files.exists(marker)) {
      return directory;
    }
    Files.createDirectories(directory);
    try (var channel =
            FileChannel.open(
                directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      if (!Files.exists(marker)) {
        System.out.println("installing " + name + " into " + directory);
        installer.install(directory);
        Files.createFile(marker);
      }
      lock.release();
    }
    return directory;
  }
}
