package io.tidegate.ledger;

import com.google.crypto.tink.Aead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of a ledger while it is being written. For any number of threads; each stream is
 * for one.
 */
final class LedgerReader {
  /** Bytes between two remembered places of a segment. */
  private static final long STRIDE = 256 << 10;

  private static final int READ_AHEAD = 64 << 10;

  private final Path folder;
  private final byte[] ledgerId;
  private final LedgerKeys keys;
  private final Map<Long, Aead> dataKeys = new ConcurrentHashMap<>();
  private final ConcurrentNavigableMap<Long, Place> places = new ConcurrentSkipListMap<>();

  /** Where the group that begins with some index stands. */
  record Place(long segment, long offset) {}

  LedgerReader(Path folder, byte[] ledgerId, LedgerKeys keys) {
    this.folder = folder;
    this.ledgerId = ledgerId;
    this.keys = keys;
  }

  /** Tells of a segment, at open and when the writer begins a new one. */
  void segment(SegmentHeader header, Aead dataKey) {
    places.put(header.firstIndex(), new Place(header.segment(), header.length()));
    dataKeys.put(header.segment(), dataKey);
  }

  /** Tells of a segment whose key is not needed yet. */
  void segment(SegmentHeader header) {
    places.put(header.firstIndex(), new Place(header.segment(), header.length()));
  }

  /** Tells of a group; remembers one every so many bytes. */
  void group(long firstIndex, long segment, long offset) {
    Map.Entry<Long, Place> before = places.floorEntry(firstIndex);
    if (before == null
        || before.getValue().segment() != segment
        || offset - before.getValue().offset() >= STRIDE) {
      places.put(firstIndex, new Place(segment, offset));
    }
  }

  /** Forgets all before a segment that are about to be deleted. */
  void forgetBefore(long segment) {
    places.values().removeIf(place -> place.segment() < segment);
    dataKeys.keySet().removeIf(number -> number < segment);
  }

  /** The first index that is still there. */
  long firstIndex() {
    return places.firstKey();
  }

  /** The segment that holds an index. */
  long segmentOf(long index) {
    Map.Entry<Long, Place> place = places.floorEntry(index);
    return place == null ? places.firstEntry().getValue().segment() : place.getValue().segment();
  }

  Stream<Entry> read(long fromIndex, @Nullable String stream, Extent until) {
    if (fromIndex >= until.nextIndex()) {
      return Stream.empty();
    }
    Map.Entry<Long, Place> start = places.floorEntry(fromIndex);
    if (start == null) {
      start = places.firstEntry();
    }
    Walk walk = new Walk(fromIndex, stream, until, start.getValue());
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(
                walk, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
            false)
        .onClose(walk::close);
  }

  private final class Walk implements Iterator<Entry> {
    private final long fromIndex;
    private final @Nullable String stream;
    private final long streamId;
    private final Extent until;
    private long segment;
    private long offset;
    private @Nullable FileChannel channel;
    private @Nullable Window window;
    private @Nullable GroupContent group;
    private @Nullable Entry ready;
    private boolean ended;

    Walk(long fromIndex, @Nullable String stream, Extent until, Place start) {
      this.fromIndex = fromIndex;
      this.stream = stream;
      this.streamId = stream == null ? 0 : StreamId.of(ledgerId, stream);
      this.until = until;
      this.segment = start.segment();
      this.offset = start.offset();
    }

    @Override
    public boolean hasNext() {
      if (ready == null && !ended) {
        try {
          ready = advance();
        } catch (IOException e) {
          close();
          throw new LedgerReadException(
              "Segment %s of the ledger cannot be read: %s."
                  .formatted(Folder.segmentName(segment), Reason.of(e)),
              e);
        } catch (GeneralSecurityException | MalformedLedgerException e) {
          close();
          throw new LedgerReadException(
              "Segment %s of the ledger is damaged at byte %d: %s. Run: tidegate audit verify"
                  .formatted(Folder.segmentName(segment), offset, Reason.of(e)),
              e);
        }
        if (ready == null) {
          close();
        }
      }
      return ready != null;
    }

    @Override
    public Entry next() {
      if (!hasNext() || ready == null) {
        throw new NoSuchElementException();
      }
      Entry entry = ready;
      ready = null;
      return entry;
    }

    void close() {
      ended = true;
      group = null;
      window = null;
      FileChannel open = channel;
      channel = null;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          throw new LedgerReadException("A segment of the ledger could not be closed.", e);
        }
      }
    }

    private @Nullable Entry advance()
        throws IOException, GeneralSecurityException, MalformedLedgerException {
      while (true) {
        GroupContent inside = group;
        if (inside != null) {
          while (inside.next()) {
            if (inside.index() >= fromIndex && (stream == null || stream.equals(inside.stream()))) {
              return inside.entry();
            }
          }
          group = null;
        }
        if (!nextGroup()) {
          return null;
        }
      }
    }

    /** Opens the next group that may hold what is asked for; false at the end. */
    private boolean nextGroup()
        throws IOException, GeneralSecurityException, MalformedLedgerException {
      while (true) {
        if (segment > until.segment()
            || (segment == until.segment() && offset >= until.position())) {
          return false;
        }
        Window view = view();
        int available = view.load(offset, GroupHeader.MAXIMUM_LENGTH);
        if (available == 0 && segment < until.segment()) {
          nextSegment();
          continue;
        }
        GroupHeader header = GroupHeader.parse(view.bytes(), view.at(offset), available);
        if (header == null) {
          throw new MalformedLedgerException("the file ends within a group");
        }
        long here = offset;
        group(header.firstIndex(), segment, here);
        offset += header.groupLength();
        if (header.firstIndex() + header.count() <= fromIndex
            || (stream != null && !header.mayHold(streamId))) {
          continue;
        }
        if (view.load(here, header.groupLength()) < header.groupLength()) {
          throw new MalformedLedgerException("the file ends within a group");
        }
        group =
            GroupContent.open(
                header, view.bytes(), view.at(here), dataKey(), ledgerId, segment, here);
        return true;
      }
    }

    private Window view() throws IOException {
      Window view = window;
      if (view == null) {
        channel =
            FileChannel.open(folder.resolve(Folder.segmentName(segment)), StandardOpenOption.READ);
        view = new Window(channel, READ_AHEAD);
        window = view;
      }
      return view;
    }

    private void nextSegment() throws IOException, MalformedLedgerException {
      FileChannel open = channel;
      if (open != null) {
        open.close();
      }
      channel = null;
      window = null;
      segment++;
      offset = header().length();
    }

    private SegmentHeader header() throws IOException, MalformedLedgerException {
      // A window of its own: the one that holds the group must not move.
      try (FileChannel own =
          FileChannel.open(folder.resolve(Folder.segmentName(segment)), StandardOpenOption.READ)) {
        Window beginning = new Window(own, SegmentHeader.MAXIMUM_LENGTH);
        int available = beginning.load(0, SegmentHeader.MAXIMUM_LENGTH);
        SegmentHeader header = SegmentHeader.parse(beginning.bytes(), available);
        if (header == null) {
          throw new MalformedLedgerException("the file ends within its header");
        }
        return header;
      }
    }

    private Aead dataKey() throws IOException, GeneralSecurityException, MalformedLedgerException {
      Aead known = dataKeys.get(segment);
      if (known == null) {
        known = header().dataKey(keys);
        dataKeys.put(segment, known);
      }
      return known;
    }
  }
}
