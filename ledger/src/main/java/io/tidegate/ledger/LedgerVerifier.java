package io.tidegate.ledger;

import com.google.crypto.tink.Aead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says whether a ledger's folder is whole, and otherwise what was done to it and where. Only reads,
 * needs no lock, and may run while the ledger is being written. The chain and the signatures are
 * checked with the public key alone; with {@link LedgerKeys} every group is decrypted too, which
 * also shows who forged hashes without keys, and where.
 *
 * <p>A folder that was put back whole to an earlier state is consistent in itself. Only a head kept
 * elsewhere ({@link #atLeast}) shows that.
 */
public final class LedgerVerifier {
  private static final int READ_AHEAD = 1 << 20;
  private static final int SMALL_READ_AHEAD = 16 << 10;
  private static final int ATTEMPTS = 20;
  private static final int LOOKS = 5;
  // A forger may plant any number of group beginnings; looking for the next sound one must not take
  // quadratic time.
  private static final long RESYNC_BYTES = 256L << 20;

  private final Path folder;
  private final @Nullable LedgerPublicKey publicKey;
  private final @Nullable LedgerKeys keys;
  private final @Nullable LedgerHead anchor;

  private LedgerVerifier(
      Path folder,
      @Nullable LedgerPublicKey publicKey,
      @Nullable LedgerKeys keys,
      @Nullable LedgerHead anchor) {
    this.folder = folder;
    this.publicKey = publicKey;
    this.keys = keys;
    this.anchor = anchor;
  }

  /** A verifier that takes the folder's own word for whose signature counts. */
  public static LedgerVerifier of(Path folder) {
    return new LedgerVerifier(folder, null, null, null);
  }

  /**
   * Verifies; with keys also the contents, without them on the folder's own word for whose
   * signature counts.
   */
  public static Verification verify(Path folder, @Nullable LedgerKeys keys) {
    return keys == null ? of(folder).verify() : of(folder).with(keys).verify();
  }

  /** Verifies against a public key that came by another way. */
  public static Verification verify(Path folder, LedgerPublicKey publicKey) {
    return of(folder).signedBy(publicKey).verify();
  }

  /** The same, accepting only this key's signatures. */
  public LedgerVerifier signedBy(LedgerPublicKey expected) {
    return new LedgerVerifier(folder, expected, keys, anchor);
  }

  /** The same, accepting only these keys' signatures, and decrypting the contents. */
  public LedgerVerifier with(LedgerKeys expected) {
    return new LedgerVerifier(folder, expected.publicKey(), expected, anchor);
  }

  /** The same, demanding that the ledger runs through this head, which was kept elsewhere. */
  public LedgerVerifier atLeast(LedgerHead expected) {
    return new LedgerVerifier(folder, publicKey, keys, expected);
  }

  /** Verifies. Never throws for what is in the folder: that is the result. */
  public Verification verify() {
    Verification verification = null;
    // A writer may go on, drop old segments or close while the files are read. What is wrong stays
    // wrong when one looks again.
    for (int look = 0; look < LOOKS; look++) {
      byte[] before = headBytes();
      verification = new Run().run();
      if (verification.whole() || Arrays.equals(before, headBytes())) {
        return verification;
      }
    }
    return Objects.requireNonNull(verification);
  }

  private byte[] headBytes() {
    try {
      return Opening.Limited.read(folder.resolve(Folder.HEAD), HeadFile.LENGTH + 1);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /**
   * A range of entries that is missing where it should be, or is where it should not be, until the
   * rest is known.
   */
  private record Gap(long from, long to, Finding.Place place, boolean atSegmentEnd) {}

  private final class Run {
    private final List<Finding> findings = new ArrayList<>();
    private final GroupScanner scanner = new GroupScanner();
    private final List<Gap> gaps = new ArrayList<>();
    // Groups that came before their time, until it shows whether they are copies or were moved.
    private final List<Gap> strays = new ArrayList<>();
    private final Set<Long> misplacedSegments = new HashSet<>();
    private long groups;
    private long segments;
    private long tornBytes;
    private long resyncBytes;

    // Whether the next segment is taken at its word for where it begins: the first one, and one
    // behind a missing one.
    private boolean first = true;
    private long nextIndex;
    // The chain's value so far; null after damage, when any value has to be accepted to go on.
    private byte @Nullable [] hash;
    // The head to be met; set before the walk.
    private @Nullable LedgerHead target;
    private boolean headMet;
    private boolean anchorMet;

    Verification run() {
      LedgerHead head = null;
      long entries = 0;
      long unsigned = 0;
      try {
        Identity identity = identity();
        if (identity != null) {
          head = head(identity);
          if (head != null) {
            checkAnchorBelongs(head);
            walk(identity, head);
            reportStrays();
            reportGaps(head);
            checkHead(head);
            checkAnchor(head);
            entries = nextIndex;
            unsigned = Math.max(0, nextIndex - head.count());
          }
        }
      } catch (IOException e) {
        add(
            new Finding.Unreadable(
                new Finding.Place(folder.toString(), -1, 0, -1),
                "The folder cannot be read: %s. Check its permissions and the disk."
                    .formatted(Reason.of(e))));
      }
      return new Verification(
          head,
          entries,
          groups,
          segments,
          unsigned,
          tornBytes,
          keys != null,
          publicKey != null,
          findings);
    }

    // ---- identity and head ----

    private @Nullable Identity identity() throws IOException {
      Path file = folder.resolve(Folder.IDENTITY);
      Finding.Place place = new Finding.Place(Folder.IDENTITY, -1, 0, -1);
      if (!Files.exists(file)) {
        add(
            Files.isDirectory(folder)
                ? new Finding.Deleted(
                    place,
                    "The file identity, which says whose ledger this is, is missing. Restore it"
                        + " from a backup.")
                : new Finding.Deleted(
                    place, "There is no ledger in %s. Check the folder's name.".formatted(folder)));
        return null;
      }
      byte[] bytes = Opening.Limited.read(file, Identity.MAXIMUM_BYTES);
      Identity identity;
      try {
        identity = Identity.parse(bytes);
      } catch (MalformedLedgerException e) {
        add(
            bytes.length < Identity.MINIMUM_BYTES
                ? new Finding.Truncated(
                    new Finding.Place(Folder.IDENTITY, -1, bytes.length, -1),
                    "The file identity ends too early. Restore it from a backup.")
                : new Finding.Altered(
                    place,
                    "The file identity was changed: %s. Restore it from a backup."
                        .formatted(Reason.clause(e))));
        return null;
      }
      if (publicKey != null && !publicKey.equals(identity.publicKey())) {
        add(
            new Finding.Foreign(
                place,
                "The ledger is signed by the key %s and not by the expected %s: it belongs to somebody else, was replaced, or the key file was. Compare the fingerprints with your records."
                    .formatted(identity.publicKey().fingerprint(), publicKey.fingerprint())));
        return null;
      }
      return identity;
    }

    private @Nullable LedgerHead head(Identity identity) throws IOException {
      Path file = folder.resolve(Folder.HEAD);
      if (!Files.exists(file)) {
        add(
            new Finding.Deleted(
                new Finding.Place(Folder.HEAD, -1, 0, -1),
                "The file head, whose signature says how far the ledger goes, is missing. Restore"
                    + " it from a backup."));
        return null;
      }
      byte[] bytes = Opening.Limited.read(file, HeadFile.LENGTH + 1);
      LedgerHead even = HeadFile.parse(bytes, 0, identity);
      LedgerHead odd = HeadFile.parse(bytes, 1, identity);
      // A writer may be in the middle of a slot: only what stays wrong is wrong.
      for (int i = 0; i < ATTEMPTS && !consistent(bytes, even, odd); i++) {
        Thread.onSpinWait();
        byte[] again = Opening.Limited.read(file, HeadFile.LENGTH + 1);
        if (Arrays.equals(again, bytes) && i > ATTEMPTS / 2) {
          break;
        }
        bytes = again;
        even = HeadFile.parse(bytes, 0, identity);
        odd = HeadFile.parse(bytes, 1, identity);
      }
      if (bytes.length != HeadFile.LENGTH) {
        Finding.Place place = new Finding.Place(Folder.HEAD, -1, bytes.length, -1);
        add(
            bytes.length < HeadFile.LENGTH
                ? new Finding.Truncated(
                    place, "The file head ends too early. Restore it from a backup.")
                : new Finding.Inserted(
                    place, "Something was added to the file head. Restore it from a backup."));
      }
      if (even == null) {
        reportSlot(bytes, 0, identity);
      }
      if (odd == null) {
        reportSlot(bytes, 1, identity);
      }
      if (even != null && odd != null && Math.abs(even.sequence() - odd.sequence()) != 1) {
        LedgerHead older = even.sequence() < odd.sequence() ? even : odd;
        add(
            new Finding.Altered(
                new Finding.Place(
                    Folder.HEAD, -1, (older.sequence() & 1) * HeadFile.SLOT, older.count()),
                "The two signed heads do not follow each other: one was put back from an earlier"
                    + " time. Keep the folder as evidence and compare it with a backup."));
      }
      return Opening.newest(even, odd);
    }

    private boolean consistent(byte[] bytes, @Nullable LedgerHead even, @Nullable LedgerHead odd) {
      return bytes.length == HeadFile.LENGTH
          && even != null
          && odd != null
          && Math.abs(even.sequence() - odd.sequence()) == 1;
    }

    private void reportSlot(byte[] bytes, int number, Identity identity) {
      Finding.Place place = new Finding.Place(Folder.HEAD, -1, (long) number * HeadFile.SLOT, -1);
      if (bytes.length < (number + 1) * HeadFile.SLOT) {
        return; // Told as an end that comes too early.
      }
      add(
          HeadFile.foreign(bytes, number, identity)
              ? new Finding.Foreign(
                  place,
                  "A signed head of another ledger stands in this one. Restore the file head from a"
                      + " backup.")
              : new Finding.Altered(
                  place,
                  "A signed head does not fit its signature: it was changed, or torn by a power"
                      + " cut. When there was one, open the ledger once, which repairs it;"
                      + " otherwise keep the folder as evidence."));
    }

    // ---- the chain ----

    private void walk(Identity identity, LedgerHead head) throws IOException {
      NavigableMap<Long, Path> files = Folder.segments(folder);
      reportStrangers(files, head);
      NavigableMap<Long, SegmentHeader> headers = new TreeMap<>();
      hash = null;
      long last = files.isEmpty() ? head.segment() : Math.max(head.segment(), files.lastKey());
      long expected = head.firstSegment();
      for (Map.Entry<Long, Path> file : files.tailMap(head.firstSegment(), true).entrySet()) {
        if (file.getKey() > expected && expected <= last) {
          reportMissing(expected, file.getKey() - 1, head);
          startAfresh();
        }
        expected = file.getKey() + 1;
        segment(identity, head, file.getKey(), file.getValue(), headers);
      }
      if (expected <= head.segment()) {
        reportMissing(expected, head.segment(), head);
      }
    }

    private void reportStrangers(NavigableMap<Long, Path> files, LedgerHead head)
        throws IOException {
      for (Map.Entry<Long, Path> old : files.headMap(head.firstSegment()).entrySet()) {
        // A ledger that drops old segments signs first and deletes then; what is gone now was such
        // a one.
        if (Files.exists(old.getValue())) {
          add(
              new Finding.Inserted(
                  place(old.getKey(), 0, -1),
                  "%s is older than the ledger's first segment: it was put there, or its deletion was interrupted. Open the ledger once, which deletes it."
                      .formatted(old.getValue().getFileName())));
        }
      }
      try (Stream<Path> all = Files.list(folder)) {
        all.filter(path -> path.getFileName().toString().endsWith(Folder.SEGMENT_SUFFIX))
            // By name and not by what the first look found: the writer may have begun one since.
            .filter(path -> !Folder.isSegment(path))
            .sorted()
            .forEach(path ->
                add(
                    new Finding.Inserted(
                        new Finding.Place(path.getFileName().toString(), -1, 0, -1),
                        "%s does not have the name of a segment: it was put there. Move it away."
                            .formatted(path.getFileName()))));
      }
    }

    private void reportMissing(long from, long to, LedgerHead head) {
      String which =
          from == to
              ? Folder.segmentName(from) + " is"
              : "%s to %s are".formatted(Folder.segmentName(from), Folder.segmentName(to));
      add(
          new Finding.Deleted(
              place(from, 0, from > head.segment() ? -1 : nextIndex),
              "%s missing, with all entries inside. Restore from a backup.".formatted(which)));
    }

    private void segment(
        Identity identity,
        LedgerHead head,
        long number,
        Path file,
        NavigableMap<Long, SegmentHeader> headers)
        throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        segments++;
        Window window =
            new Window(channel, Math.clamp(channel.size(), SMALL_READ_AHEAD, READ_AHEAD));
        boolean tail = number > head.segment();
        SegmentHeader header = header(identity, head, number, window);
        long offset;
        Aead dataKey = null;
        if (header == null) {
          if (tail) {
            tornBytes += channel.size();
            return;
          }
          hash = null;
          offset = resync(window, 0, number, channel.size());
          if (offset < 0) {
            return;
          }
        } else {
          offset = header.length();
          if (header.segment() != number) {
            misplaced(header, number);
            return;
          }
          if (headers.put(header.segment(), header) == null) {
            link(header, number);
            first = false;
          }
          dataKey = dataKey(header, number);
        }
        groups(identity, head, number, window, offset, dataKey, channel.size());
      }
    }

    private @Nullable SegmentHeader header(
        Identity identity, LedgerHead head, long number, Window window) throws IOException {
      int available = window.load(0, SegmentHeader.MAXIMUM_LENGTH);
      boolean tail = number > head.segment();
      try {
        SegmentHeader header = SegmentHeader.parse(window.bytes(), available);
        if (header == null) {
          if (!tail) {
            add(
                new Finding.Truncated(
                    place(number, available, nextIndex),
                    "%s ends within its header. Restore it from a backup."
                        .formatted(Folder.segmentName(number))));
          }
          return null;
        }
        if (!Arrays.equals(header.ledgerId(), identity.ledgerId())) {
          add(
              new Finding.Foreign(
                  place(number, 0, -1),
                  "%s belongs to another ledger. Restore the right one from a backup."
                      .formatted(Folder.segmentName(number))));
          return null;
        }
        return header;
      } catch (MalformedLedgerException e) {
        if (!tail || head.closed()) {
          add(
              new Finding.Altered(
                  place(number, 0, nextIndex),
                  "The header of %s was changed: %s. Restore it from a backup."
                      .formatted(Folder.segmentName(number), Reason.clause(e))));
        }
        return null;
      }
    }

    private void misplaced(SegmentHeader header, long number) throws IOException {
      String name = Folder.segmentName(number);
      Path own = folder.resolve(Folder.segmentName(header.segment()));
      boolean copy = Files.exists(own) && holdsItself(own, header);
      if (copy) {
        add(
            new Finding.Inserted(
                place(number, 0, header.firstIndex()),
                "%s is a copy of %s. Move it away and restore what belongs there."
                    .formatted(name, own.getFileName())));
      } else if (misplacedSegments.add(header.segment())) {
        add(
            new Finding.Reordered(
                place(number, 0, header.firstIndex()),
                "%s is segment %d under another name. Give the files their own names again."
                    .formatted(name, header.segment())));
      }
      startAfresh();
    }

    private void startAfresh() {
      first = true;
      hash = null;
    }

    private boolean holdsItself(Path file, SegmentHeader header) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        Window window = new Window(channel, SegmentHeader.MAXIMUM_LENGTH);
        SegmentHeader there =
            SegmentHeader.parse(window.bytes(), window.load(0, SegmentHeader.MAXIMUM_LENGTH));
        return there != null && there.segment() == header.segment();
      } catch (MalformedLedgerException e) {
        return false;
      }
    }

    /** Checks that a segment takes the chain over where the one before ended. */
    private void link(SegmentHeader header, long number) {
      byte[] before = hash;
      if (!first && header.firstIndex() > nextIndex) {
        gap(new Gap(nextIndex, header.firstIndex(), place(number - 1, -1, nextIndex), true));
      } else if (!first && header.firstIndex() < nextIndex && before != null) {
        add(
            new Finding.Inserted(
                place(number, 0, header.firstIndex()),
                "%s begins with entry %d, though entries up to %d came before it. Compare with a backup."
                    .formatted(Folder.segmentName(number), header.firstIndex(), nextIndex - 1)));
      } else if (before != null && !Arrays.equals(before, header.previousHash())) {
        add(
            new Finding.Altered(
                place(number, 0, header.firstIndex()),
                "%s does not take over where the segment before ends: one of the two was rewritten. Restore both from a backup."
                    .formatted(Folder.segmentName(number))));
      } else if (first
          && number == 0
          && (header.firstIndex() != 0
              || !Arrays.equals(header.previousHash(), new byte[Sha256.LENGTH]))) {
        add(
            new Finding.Altered(
                place(number, 0, header.firstIndex()),
                "The first segment does not begin at the beginning. Restore it from a backup."));
      }
      nextIndex = first ? header.firstIndex() : Math.max(nextIndex, header.firstIndex());
      hash = header.hash();
      meet(number, header.length());
    }

    private @Nullable Aead dataKey(SegmentHeader header, long number) {
      if (keys == null) {
        return null;
      }
      try {
        return header.dataKey(keys);
      } catch (GeneralSecurityException e) {
        add(
            new Finding.Altered(
                place(number, 0, header.firstIndex()),
                "The data key of %s does not open with the ledger's keys: its header was forged, or the key file is another. Compare with a backup."
                    .formatted(Folder.segmentName(number))));
        return null;
      }
    }

    private void groups(
        Identity identity,
        LedgerHead head,
        long number,
        Window window,
        long start,
        @Nullable Aead dataKey,
        long size)
        throws IOException {
      long offset = start;
      while (true) {
        boolean tail =
            number > head.segment() || (number == head.segment() && offset >= head.position());
        switch (scanner.step(window, offset)) {
          case GroupScanner.Step.Whole whole -> {
            if (tail && head.closed() && headMet) {
              add(
                  new Finding.Inserted(
                      place(number, offset, whole.header().firstIndex()),
                      "A group stands behind the end that was signed when the ledger was closed: it was put there. Keep the folder as evidence, then cut the file to %d bytes."
                          .formatted(offset)));
              return;
            }
            inOrder(whole, head, window, number, offset);
            if (dataKey != null) {
              decrypt(whole.header(), identity, window, dataKey, number, offset);
            }
            offset += whole.header().groupLength();
            meet(number, offset);
          }
          case GroupScanner.Step.Altered altered -> {
            if (tail && !head.closed()) {
              tornBytes += size - offset;
              return;
            }
            add(
                new Finding.Altered(
                    place(number, offset, altered.header().firstIndex()),
                    "The group of entries %d to %d was changed. Restore the segment from a backup."
                        .formatted(
                            altered.header().firstIndex(),
                            altered.header().firstIndex() + altered.header().count() - 1)));
            afterDamage(altered.header());
            offset += altered.header().groupLength();
          }
          case GroupScanner.Step.Partial partial -> {
            partial(partial, head, number, offset, tail, size);
            return;
          }
          case GroupScanner.Step.Malformed malformed -> {
            if (tail && !head.closed()) {
              tornBytes += Math.max(0, size - offset);
              return;
            }
            long found = resync(window, offset, number, size);
            reportDamage(malformed, head, number, offset, found, window);
            if (found < 0) {
              hash = null;
              return;
            }
            offset = found;
          }
          case GroupScanner.Step.End ignored -> {
            if (offset < size && !tail) {
              add(
                  new Finding.Unreadable(
                      place(number, offset, nextIndex),
                      "%s became shorter while it was read. Verify again."
                          .formatted(Folder.segmentName(number))));
            }
            return;
          }
        }
      }
    }

    private void partial(
        GroupScanner.Step.Partial partial,
        LedgerHead head,
        long number,
        long offset,
        boolean tail,
        long size) {
      if (tail && !head.closed()) {
        tornBytes += Math.max(0, size - offset);
        return;
      }
      GroupHeader header = partial.header();
      if (tail && headMet) {
        add(
            new Finding.Inserted(
                place(number, offset, -1),
                "Bytes stand behind the end that was signed when the ledger was closed. Cut the file to %d bytes."
                    .formatted(offset)));
        return;
      }
      add(
          new Finding.Truncated(
              place(number, offset, header == null ? nextIndex : header.firstIndex()),
              "%s ends within a group. Restore it from a backup."
                  .formatted(Folder.segmentName(number))));
      if (header == null) {
        hash = null;
      } else {
        afterDamage(header);
      }
    }

    /**
     * Goes on behind a damaged group as if it had been whole, so that what follows is judged by
     * itself.
     */
    private void afterDamage(GroupHeader header) {
      if (header.firstIndex() == nextIndex) {
        nextIndex += header.count();
      }
      hash = null;
    }

    private void reportDamage(
        GroupScanner.Step.Malformed malformed,
        LedgerHead head,
        long number,
        long offset,
        long found,
        Window window)
        throws IOException {
      String name = Folder.segmentName(number);
      boolean behindEnd = head.closed() && headMet && number >= head.segment();
      if (found >= 0
          && scanner.step(window, found) instanceof GroupScanner.Step.Whole next
          && hash != null
          && next.header().firstIndex() == nextIndex
          && Arrays.equals(next.header().previousHash(), hash)) {
        add(
            new Finding.Inserted(
                place(number, offset, nextIndex),
                "%d bytes that are no group were put into %s. Restore it from a backup."
                    .formatted(found - offset, name)));
        return;
      }
      if (behindEnd) {
        add(
            new Finding.Inserted(
                place(number, offset, -1),
                "Bytes stand behind the end that was signed when the ledger was closed. Cut %s to %d bytes."
                    .formatted(name, offset)));
        return;
      }
      add(
          new Finding.Altered(
              place(number, offset, nextIndex),
              "%s was changed: %s%s. Restore it from a backup."
                  .formatted(
                      name,
                      malformed.why(),
                      found < 0 ? "; nothing behind it in this file can be read" : "")));
      if (found >= 0 && scanner.step(window, found) instanceof GroupScanner.Step.Whole next) {
        nextIndex = Math.max(nextIndex, next.header().firstIndex());
      }
      hash = null;
    }

    /** Looks for the next sound group; -1 when there is none. */
    private long resync(Window window, long from, long number, long size) throws IOException {
      for (long at = from + 1; at < size && resyncBytes < RESYNC_BYTES; at++) {
        int there = window.load(at, 4);
        resyncBytes++;
        if (there < 4) {
          return -1;
        }
        if (Layout.intAt(window.bytes(), window.at(at)) == GroupHeader.MAGIC) {
          switch (scanner.step(window, at)) {
            case GroupScanner.Step.Whole ignored -> {
              return at;
            }
            case GroupScanner.Step.Altered altered -> resyncBytes += altered.header().groupLength();
            case GroupScanner.Step.Partial ignored -> resyncBytes += READ_AHEAD;
            case GroupScanner.Step.Malformed ignored -> resyncBytes += GroupHeader.MAXIMUM_LENGTH;
            case GroupScanner.Step.End ignored -> {
              return -1;
            }
          }
        }
      }
      if (resyncBytes >= RESYNC_BYTES) {
        add(
            new Finding.Unreadable(
                place(number, from, nextIndex),
                "%s holds too many false beginnings of groups to look further. Restore it from a backup."
                    .formatted(Folder.segmentName(number))));
      }
      return -1;
    }

    /** Judges where a group that is sound in itself stands. */
    private void inOrder(
        GroupScanner.Step.Whole whole, LedgerHead head, Window window, long number, long offset)
        throws IOException {
      GroupHeader header = whole.header();
      long end = header.firstIndex() + header.count();
      groups++;
      if (header.firstIndex() == nextIndex) {
        if (hash != null && !Arrays.equals(hash, header.previousHash())) {
          if (outOfTurn(window, head, number, offset + header.groupLength())) {
            strays.add(new Gap(header.firstIndex(), end, place(number, offset, nextIndex), false));
            groups--;
            return;
          }
          add(
              new Finding.Altered(
                  place(number, offset, header.firstIndex()),
                  "The group of entries %d to %d does not continue the one before it: one of the two was rewritten. Restore the segment from a backup."
                      .formatted(header.firstIndex(), end - 1)));
        }
        hash = whole.hash();
        nextIndex = end;
        return;
      }
      if (header.firstIndex() > nextIndex) {
        if (outOfTurn(window, head, number, offset + header.groupLength())) {
          strays.add(new Gap(header.firstIndex(), end, place(number, offset, nextIndex), false));
          groups--;
          return;
        }
        gap(new Gap(nextIndex, header.firstIndex(), place(number, offset, nextIndex), false));
        hash = whole.hash();
        nextIndex = end;
        return;
      }
      groups--;
      if (fillsGap(header.firstIndex(), end)) {
        add(
            new Finding.Reordered(
                place(number, offset, header.firstIndex()),
                "The group of entries %d to %d stands behind entries that came after it. Restore the segment from a backup."
                    .formatted(header.firstIndex(), end - 1)));
      } else {
        add(
            new Finding.Inserted(
                place(number, offset, header.firstIndex()),
                "The group of entries %d to %d is there twice. Restore the segment from a backup."
                    .formatted(header.firstIndex(), end - 1)));
      }
    }

    /**
     * Whether what was expected comes right behind a group that is too early: then that group is
     * the stranger.
     */
    private boolean outOfTurn(Window window, LedgerHead head, long number, long behind)
        throws IOException {
      return switch (scanner.step(window, behind)) {
        case GroupScanner.Step.Whole next ->
            next.header().firstIndex() == nextIndex
                && (hash == null || Arrays.equals(hash, next.header().previousHash()));
        case GroupScanner.Step.End ignored -> number < head.segment() && beginsWithNext(number + 1);
        case GroupScanner.Step.Altered ignored -> false;
        case GroupScanner.Step.Partial ignored -> false;
        case GroupScanner.Step.Malformed ignored -> false;
      };
    }

    private boolean beginsWithNext(long number) throws IOException {
      Path file = folder.resolve(Folder.segmentName(number));
      if (!Files.exists(file)) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        Window window = new Window(channel, SegmentHeader.MAXIMUM_LENGTH);
        SegmentHeader header =
            SegmentHeader.parse(window.bytes(), window.load(0, SegmentHeader.MAXIMUM_LENGTH));
        return header != null && header.firstIndex() == nextIndex;
      } catch (MalformedLedgerException e) {
        return false;
      }
    }

    /** Notes a gap, and what came before its time and belongs there. */
    private void gap(Gap gap) {
      gaps.add(gap);
      strays.removeIf(stray -> {
        boolean moved = fillsGap(stray.from, stray.to);
        if (moved) {
          tellReordered(stray);
        }
        return moved;
      });
    }

    private void tellReordered(Gap stray) {
      add(
          new Finding.Reordered(
              stray.place,
              "The group of entries %d to %d stands before entries that came before it. Restore the segment from a backup."
                  .formatted(stray.from, stray.to - 1)));
    }

    private void reportStrays() {
      for (Gap stray : strays) {
        if (stray.from >= nextIndex) {
          tellReordered(stray);
        } else {
          add(
              new Finding.Inserted(
                  stray.place,
                  "A copy of the group of entries %d to %d stands before its time. Restore the segment from a backup."
                      .formatted(stray.from, stray.to - 1)));
        }
      }
    }

    private boolean fillsGap(long from, long to) {
      for (int i = 0; i < gaps.size(); i++) {
        Gap gap = gaps.get(i);
        if (gap.from <= from && to <= gap.to) {
          gaps.remove(i);
          if (to < gap.to) {
            gaps.add(i, new Gap(to, gap.to, gap.place, gap.atSegmentEnd));
          }
          if (gap.from < from) {
            gaps.add(i, new Gap(gap.from, from, gap.place, gap.atSegmentEnd));
          }
          groups++;
          return true;
        }
      }
      return false;
    }

    private void decrypt(
        GroupHeader header,
        Identity identity,
        Window window,
        Aead dataKey,
        long number,
        long offset)
        throws IOException {
      window.load(offset, header.groupLength());
      String problem = null;
      try {
        GroupContent content =
            GroupContent.open(
                header,
                window.bytes(),
                window.at(offset),
                dataKey,
                identity.ledgerId(),
                number,
                offset);
        while (content.next()) {
          if (content.micros() < header.firstMicros() || content.micros() > header.lastMicros()) {
            problem = "an entry's time is outside of what the group announces";
          }
        }
        long[] announced = header.streams();
        if (announced != null) {
          long[] there =
              content.streams().stream()
                  .mapToLong(stream -> StreamId.of(identity.ledgerId(), stream))
                  .toArray();
          if (!Arrays.equals(there, announced)) {
            problem = "its streams are not those that the group announces";
          }
        }
      } catch (GeneralSecurityException e) {
        problem =
            "its content does not open at this place, so it was forged by somebody without the"
                + " keys, or moved";
      } catch (MalformedLedgerException e) {
        problem = Reason.clause(e);
      }
      if (problem != null && !alreadyTold(number, offset)) {
        add(
            new Finding.Altered(
                place(number, offset, header.firstIndex()),
                "The group of entries %d to %d is not authentic: %s. Restore the segment from a backup."
                    .formatted(
                        header.firstIndex(), header.firstIndex() + header.count() - 1, problem)));
      }
    }

    /**
     * A moved group does not open either; once told is enough, and behind a shift all groups are
     * moved.
     */
    private boolean alreadyTold(long number, long offset) {
      return findings.stream()
              .anyMatch(finding ->
                  finding.place().segment() == number && finding.place().offset() <= offset)
          || Stream.concat(gaps.stream(), strays.stream())
              .anyMatch(gap -> gap.place.segment() == number && gap.place.offset() <= offset);
    }

    // ---- the end ----

    private void meet(long number, long offset) {
      byte[] here = hash;
      if (target != null && number == target.segment() && offset == target.position()) {
        headMet =
            here != null && nextIndex == target.count() && Arrays.equals(here, target.hashBytes());
      }
      LedgerHead outside = anchor;
      if (outside != null && number == outside.segment() && offset == outside.position()) {
        anchorMet =
            here != null
                && nextIndex == outside.count()
                && Arrays.equals(here, outside.hashBytes());
      }
    }

    private void reportGaps(LedgerHead head) {
      for (Gap gap : gaps) {
        if (findings.stream().anyMatch(finding -> explains(finding, gap))) {
          continue;
        }
        String entries =
            gap.to - gap.from == 1
                ? "Entry %d is".formatted(gap.from)
                : "Entries %d to %d are".formatted(gap.from, gap.to - 1);
        add(
            gap.atSegmentEnd
                ? new Finding.Truncated(
                    gap.place,
                    "%s missing at the end of %s: it was cut off. Restore it from a backup."
                        .formatted(entries, gap.place.file()))
                : new Finding.Deleted(
                    gap.place,
                    "%s missing in %s. Restore it from a backup."
                        .formatted(entries, gap.place.file())));
      }
      if (nextIndex < head.count() && findings.isEmpty()) {
        add(
            new Finding.Truncated(
                place(head.segment(), -1, nextIndex),
                "The ledger ends with entry %d, though %d entries were signed: its end was cut off. Restore it from a backup."
                    .formatted(nextIndex - 1, head.count())));
      }
    }

    private static boolean explains(Finding finding, Gap gap) {
      return switch (finding) {
        case Finding.Altered altered -> altered.place().segment() == gap.place.segment();
        case Finding.Truncated truncated -> truncated.place().segment() == gap.place.segment();
        case Finding.Reordered ignored -> false;
        case Finding.Unreadable unreadable -> unreadable.place().segment() == gap.place.segment();
        case Finding.Deleted ignored -> false;
        case Finding.Foreign foreign -> foreign.place().segment() == gap.place.segment();
        case Finding.Inserted ignored -> false;
      };
    }

    private void checkHead(LedgerHead head) {
      if (!headMet && findings.isEmpty()) {
        add(
            new Finding.Altered(
                place(head.segment(), head.position(), head.count()),
                "The chain of hashes fits in itself and not the signed head: history was rewritten by somebody without the signing key. Keep the folder as evidence and compare it with a backup%s."
                    .formatted(keys == null ? "; with the keys, the place can be told" : "")));
      }
    }

    private void checkAnchorBelongs(LedgerHead head) {
      target = head;
      LedgerHead outside = anchor;
      if (outside != null && !outside.ledgerId().equals(head.ledgerId())) {
        add(
            new Finding.Foreign(
                new Finding.Place(Folder.IDENTITY, -1, 0, -1),
                "This is the ledger %s and not %s, which the head kept elsewhere belongs to: the folder was replaced."
                    .formatted(head.ledgerId(), outside.ledgerId())));
      }
    }

    private void checkAnchor(LedgerHead head) {
      LedgerHead outside = anchor;
      if (outside == null || anchorMet || !findings.isEmpty()) {
        return;
      }
      if (nextIndex < outside.count() || head.sequence() < outside.sequence()) {
        add(
            new Finding.Truncated(
                place(head.segment(), head.position(), nextIndex),
                "The ledger has %d entries, though the head kept elsewhere covers %d: the folder was put back to an earlier state. Restore it from a later backup."
                    .formatted(nextIndex, outside.count())));
      } else if (outside.segment() >= head.firstSegment()) {
        add(
            new Finding.Altered(
                place(outside.segment(), outside.position(), outside.count()),
                "The ledger does not run through the head kept elsewhere: history was rewritten by"
                    + " somebody with the signing key. Keep the folder as evidence, and replace the"
                    + " keys."));
      }
    }

    private Finding.Place place(long segment, long offset, long index) {
      return new Finding.Place(Folder.segmentName(Math.max(0, segment)), segment, offset, index);
    }

    private void add(Finding finding) {
      if (findings.size() < Verification.MAXIMUM_FINDINGS) {
        findings.add(finding);
      }
    }
  }
}
