package io.tidegate.ledger;

import com.google.crypto.tink.Aead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes or recovers a ledger's folder, which the caller has locked. Everything under the signed
 * head must be as it was written, of which the newest segment is checked byte by byte and the older
 * ones by their ends; what stands behind the head is kept as far as it is whole and authentic, and
 * the unfinished rest is cut off.
 */
final class Opening {
  private static final int READ_AHEAD = 1 << 20;

  private final Path folder;
  private final LedgerKeys keys;
  private final LedgerOptions options;
  private final InstantSource clock;

  Opening(Path folder, LedgerKeys keys, LedgerOptions options, InstantSource clock) {
    this.folder = folder;
    this.keys = keys;
    this.options = options;
    this.clock = clock;
  }

  /** A folder ready to be continued. */
  record Opened(
      Identity identity,
      LedgerHead head,
      SegmentHeader header,
      Aead dataKey,
      long position,
      byte[] hash,
      long nextIndex,
      List<SegmentHeader> older,
      Recovery recovery) {}

  Opened open() throws LedgerException, IOException, GeneralSecurityException {
    if (!Files.exists(folder.resolve(Folder.IDENTITY))) {
      create();
    }
    return recover();
  }

  private void create() throws LedgerException, IOException, GeneralSecurityException {
    NavigableMap<Long, Path> segments = Folder.segments(folder);
    boolean untouched =
        segments.isEmpty()
            || (segments.size() == 1
                && segments.firstKey() == 0
                && Files.size(segments.firstEntry().getValue()) <= SegmentHeader.MAXIMUM_LENGTH
                && holdsNoGroup(segments.firstEntry().getValue()));
    if (!untouched || (segments.isEmpty() && Files.exists(folder.resolve(Folder.HEAD)))) {
      throw damaged();
    }
    SecureRandom random = new SecureRandom();
    byte[] ledgerId = new byte[Identity.ID_LENGTH];
    random.nextBytes(ledgerId);
    long now = Micros.of(clock.instant());
    SegmentHeader header =
        SegmentHeader.create(ledgerId, 0, 0, now, new byte[Sha256.LENGTH], keys, random);
    // In this order a folder whose making is interrupted twice is still seen as one that holds
    // nothing.
    Files.deleteIfExists(folder.resolve(Folder.HEAD));
    replace(Folder.segmentName(0), header.bytes());
    LedgerHead first =
        new LedgerHead(
            HexFormat.of().formatHex(ledgerId),
            0,
            Micros.toInstant(now),
            0,
            0,
            header.length(),
            0,
            HexFormat.of().formatHex(header.hash()),
            false);
    byte[] slots = Arrays.copyOf(HeadFile.slot(first, keys.signer()), HeadFile.LENGTH);
    System.arraycopy(
        HeadFile.slot(next(first, false), keys.signer()), 0, slots, HeadFile.SLOT, HeadFile.SLOT);
    replace(Folder.HEAD, slots);
    // The identity comes last: a folder without it is one whose making was interrupted, and holds
    // nothing yet.
    Path draft = folder.resolve(Folder.IDENTITY + ".new");
    Files.deleteIfExists(draft);
    try (Storage.WritableFile file = options.storage().open(draft)) {
      file.write(ByteBuffer.wrap(Identity.sign(ledgerId, Micros.toInstant(now), keys).bytes()), 0);
      file.force();
    }
    try {
      Files.move(draft, folder.resolve(Folder.IDENTITY));
    } catch (FileAlreadyExistsException e) {
      throw new LedgerException.Locked(
          "Another process made a ledger in %s just now. Stop it, or use another data folder."
              .formatted(folder));
    }
    Folder.force(folder);
  }

  private boolean holdsNoGroup(Path segment) throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    try {
      SegmentHeader header = SegmentHeader.parse(bytes, bytes.length);
      return header == null || header.length() == bytes.length;
    } catch (MalformedLedgerException e) {
      return false;
    }
  }

  private void replace(String name, byte[] content) throws IOException {
    Path path = folder.resolve(name);
    Files.deleteIfExists(path);
    try (Storage.WritableFile file = options.storage().open(path)) {
      file.write(ByteBuffer.wrap(content), 0);
      file.force();
    }
  }

  private Opened recover() throws LedgerException, IOException, GeneralSecurityException {
    Identity identity = identity();
    byte[] slots = Limited.read(folder.resolve(Folder.HEAD), HeadFile.LENGTH + 1);
    LedgerHead even = HeadFile.parse(slots, 0, identity);
    LedgerHead odd = HeadFile.parse(slots, 1, identity);
    LedgerHead head = newest(even, odd);
    if (head == null || slots.length > HeadFile.LENGTH) {
      throw damaged();
    }
    dropLeftovers(head);
    TreeMap<Long, SegmentHeader> headers = new TreeMap<>();
    byte[] endHash = linkedSegments(identity, head, headers);
    if (endHash == null) {
      throw damaged();
    }
    Tail tail = tail(identity, head, headers);
    if (head.closed() && (tail.cutBytes > 0 || tail.entries > 0)) {
      // Nothing is ever written behind a closing head before another head says that the ledger is
      // open again.
      throw damaged();
    }
    boolean headRepaired = even == null || odd == null || slots.length != HeadFile.LENGTH;
    boolean crashed = tail.cutBytes > 0 || tail.entries > 0 || headRepaired || tail.segments > 0;
    if (tail.cutBytes > 0) {
      cut(tail);
    }
    LedgerHead reopened =
        new LedgerHead(
            head.ledgerId(),
            head.sequence() + 1,
            clock.instant(),
            head.firstSegment(),
            tail.header.segment(),
            tail.position,
            tail.nextIndex,
            HexFormat.of().formatHex(tail.hash),
            false);
    try (Storage.WritableFile segment =
            options.storage().open(folder.resolve(Folder.segmentName(tail.header.segment())));
        Storage.WritableFile file = options.storage().open(folder.resolve(Folder.HEAD))) {
      segment.force();
      writeSlot(file, reopened);
      if (headRepaired) {
        reopened = next(reopened, false);
        writeSlot(file, reopened);
      }
      file.force();
    }
    Folder.force(folder);
    return new Opened(
        identity,
        reopened,
        tail.header,
        tail.header.dataKey(keys),
        tail.position,
        tail.hash,
        tail.nextIndex,
        List.copyOf(headers.headMap(tail.header.segment()).values()),
        crashed
            ? new Recovery.AfterCrash(tail.entries, tail.cutBytes, headRepaired)
            : new Recovery.Clean());
  }

  private void writeSlot(Storage.WritableFile file, LedgerHead head) throws IOException {
    file.write(
        ByteBuffer.wrap(HeadFile.slot(head, keys.signer())), (head.sequence() & 1) * HeadFile.SLOT);
  }

  static LedgerHead next(LedgerHead head, boolean closed) {
    return new LedgerHead(
        head.ledgerId(),
        head.sequence() + 1,
        head.at(),
        head.firstSegment(),
        head.segment(),
        head.position(),
        head.count(),
        head.hash(),
        closed);
  }

  static @Nullable LedgerHead newest(@Nullable LedgerHead even, @Nullable LedgerHead odd) {
    if (even == null) {
      return odd;
    }
    return odd == null || even.sequence() > odd.sequence() ? even : odd;
  }

  private Identity identity() throws LedgerException, IOException {
    Identity identity;
    try {
      identity =
          Identity.parse(Limited.read(folder.resolve(Folder.IDENTITY), Identity.MAXIMUM_BYTES));
    } catch (MalformedLedgerException e) {
      throw damaged();
    }
    if (!identity.publicKey().equals(keys.publicKey())) {
      throw damaged();
    }
    return identity;
  }

  /** Segments older than the signed head's oldest were on their way out when the process ended. */
  private void dropLeftovers(LedgerHead head) throws IOException {
    for (Path leftover : Folder.segments(folder).headMap(head.firstSegment()).values()) {
      Files.delete(leftover);
    }
  }

  /**
   * Reads all headers up to the head's segment and checks that each takes over where the one before
   * ends, and the last one group by group.
   *
   * @return the chain's value at the head, or null when anything is not as it was written
   */
  private byte @Nullable [] linkedSegments(
      Identity identity, LedgerHead head, NavigableMap<Long, SegmentHeader> headers)
      throws IOException {
    byte[] previousHash = null;
    for (long number = head.firstSegment(); number <= head.segment(); number++) {
      Path path = folder.resolve(Folder.segmentName(number));
      if (!Files.exists(path)) {
        return null;
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        Window window = new Window(channel, READ_AHEAD);
        SegmentHeader header = header(window);
        if (header == null
            || header.segment() != number
            || !Arrays.equals(header.ledgerId(), identity.ledgerId())
            || (previousHash != null && !Arrays.equals(header.previousHash(), previousHash))) {
          return null;
        }
        headers.put(number, header);
        if (number == head.segment()) {
          return walk(window, header, head);
        }
        previousHash = endHash(channel, header);
      }
    }
    return null;
  }

  private static byte[] endHash(FileChannel channel, SegmentHeader header) throws IOException {
    long size = channel.size();
    if (size == header.length()) {
      return header.hash();
    }
    Window end = new Window(channel, Sha256.LENGTH);
    int there = end.load(Math.max(0, size - Sha256.LENGTH), Sha256.LENGTH);
    return Arrays.copyOf(end.bytes(), there);
  }

  private static byte @Nullable [] walk(Window window, SegmentHeader header, LedgerHead head)
      throws IOException {
    GroupScanner scanner = new GroupScanner();
    long position = header.length();
    long nextIndex = header.firstIndex();
    byte[] hash = header.hash();
    while (position < head.position()) {
      if (!(scanner.step(window, position) instanceof GroupScanner.Step.Whole whole)
          || !Arrays.equals(whole.header().previousHash(), hash)
          || whole.header().firstIndex() != nextIndex) {
        return null;
      }
      position += whole.header().groupLength();
      nextIndex += whole.header().count();
      hash = whole.hash();
    }
    return position == head.position()
            && nextIndex == head.count()
            && Arrays.equals(hash, head.hashBytes())
        ? hash
        : null;
  }

  /** What stands behind the signed head. */
  private static final class Tail {
    SegmentHeader header;
    long position;
    long nextIndex;
    byte[] hash;
    long entries;
    long segments;
    long cutBytes;
    boolean ended;

    Tail(SegmentHeader header, LedgerHead head) {
      this.header = header;
      this.position = head.position();
      this.nextIndex = head.count();
      this.hash = head.hashBytes();
    }
  }

  private Tail tail(Identity identity, LedgerHead head, NavigableMap<Long, SegmentHeader> headers)
      throws LedgerException, IOException, GeneralSecurityException {
    SegmentHeader current = headers.lastEntry().getValue();
    Tail tail = new Tail(current, head);
    acceptGroups(identity, tail);
    NavigableMap<Long, Path> segments = Folder.segments(folder);
    for (long number = head.segment() + 1; segments.containsKey(number); number++) {
      Path path = segments.get(number);
      if (path == null || tail.ended) {
        tail.cutBytes += path == null ? 0 : Files.size(path);
        continue;
      }
      SegmentHeader header;
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        header = header(new Window(channel, SegmentHeader.MAXIMUM_LENGTH));
      }
      if (header == null) {
        tail.cutBytes += Math.max(1, Files.size(path));
        tail.ended = true;
        continue;
      }
      if (header.segment() != number
          || !Arrays.equals(header.ledgerId(), identity.ledgerId())
          || !Arrays.equals(header.previousHash(), tail.hash)
          || header.firstIndex() != tail.nextIndex) {
        throw damaged();
      }
      tail.header = header;
      tail.position = header.length();
      tail.hash = header.hash();
      tail.segments++;
      headers.put(number, header);
      acceptGroups(identity, tail);
    }
    if (!segments.tailMap(head.segment() + 1).isEmpty()
        && segments.lastKey() - head.segment() != segments.tailMap(head.segment() + 1).size()) {
      throw damaged();
    }
    return tail;
  }

  private void acceptGroups(Identity identity, Tail tail)
      throws LedgerException, IOException, GeneralSecurityException {
    Path path = folder.resolve(Folder.segmentName(tail.header.segment()));
    GroupScanner scanner = new GroupScanner();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() == tail.position && tail.segments == 0) {
        return;
      }
      Window window = new Window(channel, READ_AHEAD);
      Aead dataKey;
      try {
        dataKey = tail.header.dataKey(keys);
      } catch (GeneralSecurityException e) {
        throw damaged();
      }
      while (scanner.step(window, tail.position) instanceof GroupScanner.Step.Whole whole) {
        GroupHeader header = whole.header();
        if (!Arrays.equals(header.previousHash(), tail.hash)
            || header.firstIndex() != tail.nextIndex
            || !authentic(header, window, dataKey, identity, tail)) {
          throw damaged();
        }
        tail.position += header.groupLength();
        tail.nextIndex += header.count();
        tail.entries += header.count();
        tail.hash = whole.hash();
      }
      long rest = channel.size() - tail.position;
      if (rest > 0) {
        tail.cutBytes += rest;
        tail.ended = true;
      }
    }
  }

  private static boolean authentic(
      GroupHeader header, Window window, Aead dataKey, Identity identity, Tail tail) {
    try {
      GroupContent content =
          GroupContent.open(
              header,
              window.bytes(),
              window.at(tail.position),
              dataKey,
              identity.ledgerId(),
              tail.header.segment(),
              tail.position);
      while (content.next()) {
        // Walking is the check.
      }
      return true;
    } catch (GeneralSecurityException | MalformedLedgerException e) {
      return false;
    }
  }

  private void cut(Tail tail) throws IOException {
    NavigableMap<Long, Path> segments = Folder.segments(folder);
    for (Path beyond : segments.tailMap(tail.header.segment() + 1, true).descendingMap().values()) {
      Files.delete(beyond);
    }
    try (Storage.WritableFile file =
        options.storage().open(folder.resolve(Folder.segmentName(tail.header.segment())))) {
      file.truncate(tail.position);
      file.force();
    }
  }

  private static @Nullable SegmentHeader header(Window window) throws IOException {
    int available = window.load(0, SegmentHeader.MAXIMUM_LENGTH);
    try {
      return SegmentHeader.parse(window.bytes(), available);
    } catch (MalformedLedgerException e) {
      return null;
    }
  }

  /** Refuses, in the words of the verifier. */
  private LedgerException.Damaged damaged() throws LedgerException {
    List<Finding> findings = LedgerVerifier.verify(folder, keys).findings();
    String what =
        findings.isEmpty() ? "Its files do not fit together." : findings.getFirst().sentence();
    return new LedgerException.Damaged(
        "The ledger in %s is damaged and is not opened, so that nothing of it is lost. %s Keep a copy of the folder as evidence, restore it from a backup, or move it away to start a new one."
            .formatted(folder, what),
        findings);
  }

  /** Reads small files without trusting their size. */
  static final class Limited {
    private Limited() {}

    static byte[] read(Path file, int limit) throws IOException {
      if (!Files.exists(file)) {
        return new byte[0];
      }
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(limit);
      }
    }
  }
}
