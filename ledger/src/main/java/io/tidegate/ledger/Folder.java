package io.tidegate.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names in a ledger's folder. */
final class Folder {
  static final String IDENTITY = "identity";
  static final String HEAD = "head";
  static final String LOCK = "lock";
  static final String SEGMENT_SUFFIX = ".segment";
  private static final Pattern SEGMENT = Pattern.compile("(\\d{10})\\.segment");

  private Folder() {}

  static String segmentName(long number) {
    return "%010d%s".formatted(number, SEGMENT_SUFFIX);
  }

  /** Whether the file has the name of a segment; it need not be there. */
  static boolean isSegment(Path file) {
    return SEGMENT.matcher(file.getFileName().toString()).matches();
  }

  /** The segments there, by number. */
  static NavigableMap<Long, Path> segments(Path folder) throws IOException {
    TreeMap<Long, Path> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> {
        Matcher matcher = SEGMENT.matcher(file.getFileName().toString());
        if (matcher.matches()) {
          found.put(Long.parseLong(matcher.group(1)), file);
        }
      });
    }
    return found;
  }

  /** Puts new, renamed and removed names of a folder on the disk. */
  static void force(Path folder) throws IOException {
    // Windows cannot open folders; there the file system journals names by itself.
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
