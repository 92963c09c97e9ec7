package io.tidegate.ledger;

import com.google.crypto.tink.Aead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One ledger, open for writing and reading by any number of threads of one process.
 *
 * <p>There are two ways in. {@link #append} takes single entries from many threads and lets a
 * writer of its own make groups of what has gathered while the group before was being written.
 * {@link #write} writes one batch as one group on the caller's thread, for a caller that gathers by
 * itself. Either way an entry is acknowledged when it is as durable as {@link
 * LedgerOptions#durability()} says, and not readable before.
 *
 * <p>When a write fails, the ledger is {@link LedgerState.Broken} from then on: every append fails,
 * what waited fails, and nothing is lost silently. Opening it anew cuts off the unfinished write.
 */
public final class Ledger implements AutoCloseable {
  private static final int ENTRY_OVERHEAD = 64;

  private final Path folder;
  private final LedgerKeys keys;
  private final LedgerOptions options;
  private final InstantSource clock;
  private final FolderLock folderLock;
  private final Identity identity;
  private final Recovery recovery;
  private final LedgerReader reader;
  private final GroupSealer sealer;
  private final Signature signer;
  private final Storage.WritableFile headFile;
  private final SecureRandom random = new SecureRandom();

  // Lock order: heads, then writing. `heads` guards signing and the head file, `writing` the
  // segment being written.
  private final ReentrantLock heads = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();
  private long headForcedAt;
  private long firstSegment;
  private volatile LedgerHead signed;

  private SegmentHeader header;
  private Aead dataKey;
  private Storage.WritableFile segmentFile;
  private long position;
  private byte[] hash;
  private long nextIndex;
  private final List<Storage.WritableFile> unforced = new ArrayList<>();
  private volatile Extent extent;

  // The queue of `append`.
  private final ReentrantLock queueing = new ReentrantLock();
  private final Condition queued = queueing.newCondition();
  private final Condition room = queueing.newCondition();
  private final ArrayDeque<Pending> queue = new ArrayDeque<>();
  private long queuedBytes;
  private @Nullable Thread writer;
  private boolean ending;

  // Those who wait for more to read, and the thread that signs in the background.
  private final ReentrantLock progress = new ReentrantLock();
  private final Condition advanced = progress.newCondition();
  private final AtomicInteger followers = new AtomicInteger();
  private @Nullable Thread syncer;
  private volatile boolean stopping;

  private volatile LedgerException.@Nullable Broken broken;
  private volatile boolean closed;

  private record Pending(
      String stream, long micros, byte[] payload, CompletableFuture<Long> written) {
    int cost() {
      return payload.length + ENTRY_OVERHEAD;
    }
  }

  private Ledger(
      Path folder,
      LedgerKeys keys,
      LedgerOptions options,
      InstantSource clock,
      FolderLock folderLock,
      Opening.Opened opened)
      throws IOException {
    this.folder = folder;
    this.keys = keys;
    this.options = options;
    this.clock = clock;
    this.folderLock = folderLock;
    this.identity = opened.identity();
    this.recovery = opened.recovery();
    this.header = opened.header();
    this.dataKey = opened.dataKey();
    this.position = opened.position();
    this.hash = opened.hash();
    this.nextIndex = opened.nextIndex();
    this.signed = opened.head();
    this.firstSegment = opened.head().firstSegment();
    this.signer = keys.signer();
    this.sealer = new GroupSealer(identity.ledgerId(), options.compress());
    this.reader = new LedgerReader(folder, identity.ledgerId(), keys);
    opened.older().forEach(reader::segment);
    reader.segment(header, dataKey);
    this.extent = new Extent(header.segment(), position, nextIndex);
    this.headFile = options.storage().open(folder.resolve(Folder.HEAD));
    this.segmentFile = options.storage().open(folder.resolve(Folder.segmentName(header.segment())));
  }

  /**
   * Opens the ledger in a folder, making it when the folder is empty or missing, and recovering
   * what a crash left.
   *
   * @throws LedgerException when another has it open, when it is damaged or was signed by other
   *     keys, or when the folder is of no use
   */
  public static Ledger open(
      Path folder, LedgerKeys keys, LedgerOptions options, InstantSource clock)
      throws LedgerException {
    FolderLock lock = null;
    boolean done = false;
    try {
      Files.createDirectories(folder);
      lock = FolderLock.take(folder);
      Opening.Opened opened = new Opening(folder, keys, options, clock).open();
      Ledger ledger = new Ledger(folder, keys, options, clock, lock, opened);
      ledger.startSyncer();
      done = true;
      return ledger;
    } catch (IOException e) {
      throw new LedgerException.Unreadable(
          "The ledger in %s cannot be opened: %s. Check the folder, its permissions and the free space."
              .formatted(folder, Reason.of(e)),
          e);
    } catch (GeneralSecurityException e) {
      throw new LedgerException.Unreadable(
          "The ledger in %s cannot be opened with these keys. Restore the key file that belongs to it."
              .formatted(folder),
          e);
    } finally {
      if (!done && lock != null) {
        closeQuietly(lock);
      }
    }
  }

  /**
   * Appends one entry, with the ledger's clock. Waits while the queue is full. Entries of one
   * thread keep their order.
   *
   * @param payload not copied: do not change it until it is written
   * @return completes with the index when durable, or with a {@link LedgerException}; what depends
   *     on it runs on the writer's thread and must be short
   */
  public CompletionStage<Long> append(String stream, byte[] payload) {
    if (stream.isEmpty() || stream.length() > Batch.MAXIMUM_STREAM_BYTES / 3) {
      throw new IllegalArgumentException(
          "a stream's name has 1 to " + Batch.MAXIMUM_STREAM_BYTES / 3 + " characters here");
    }
    if (payload.length > Batch.MAXIMUM_BYTES / 2) {
      throw new IllegalArgumentException(
          "an entry has at most " + Batch.MAXIMUM_BYTES / 2 + " bytes");
    }
    Pending pending =
        new Pending(stream, Micros.of(clock.instant()), payload, new CompletableFuture<>());
    queueing.lock();
    try {
      // The writer itself never waits for the writer.
      while (Thread.currentThread() != writer
          && !queue.isEmpty()
          && queuedBytes + pending.cost() > options.queueBytes()
          && !ending
          && broken == null) {
        room.awaitUninterruptibly();
      }
      LedgerException refusal = refusal();
      if (refusal != null || ending) {
        return CompletableFuture.failedFuture(refusal == null ? closedException() : refusal);
      }
      queue.add(pending);
      queuedBytes += pending.cost();
      if (writer == null) {
        writer = Thread.ofPlatform().daemon().name("ledger-writer").start(this::writeQueue);
      }
      queued.signal();
      return pending.written;
    } finally {
      queueing.unlock();
    }
  }

  /** As {@link #append}, and waits until it is durable. */
  public long appendAndWait(String stream, byte[] payload) throws LedgerException {
    try {
      return append(stream, payload).toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof LedgerException known) {
        throw known;
      }
      throw e;
    }
  }

  /**
   * Writes a batch as one group, on this thread, and returns when it is durable. The batch is not
   * cleared.
   *
   * @return the index of its first entry; the next index when it is empty
   */
  public long write(Batch batch) throws LedgerException {
    if (batch.open()) {
      throw new IllegalStateException("the batch's last entry has not been ended");
    }
    boolean signing = options.durability() == Durability.FSYNC;
    if (signing) {
      heads.lock();
    }
    try {
      long first;
      writing.lock();
      try {
        first = writeGroup(batch);
        if (signing && batch.count() > 0) {
          sign(capture(), false, false);
          publish();
        }
      } finally {
        writing.unlock();
      }
      return first;
    } catch (IOException e) {
      throw breakDown(e);
    } finally {
      if (signing) {
        heads.unlock();
      }
    }
  }

  /** Returns when all that was written before is on the disk and under a signed head. */
  public LedgerHead sync() throws LedgerException {
    return sync(false);
  }

  /** The newest signed head: what to keep elsewhere as an anchor. */
  public LedgerHead head() {
    return signed;
  }

  /** The index that the next entry gets. */
  public long nextIndex() {
    return extent.nextIndex();
  }

  /** The oldest index that can be read. */
  public long firstIndex() {
    return reader.firstIndex();
  }

  /** The ledger's name, 32 hex digits. */
  public String id() {
    return identity.id();
  }

  /** What opening found. */
  public Recovery recovery() {
    return recovery;
  }

  /** Whether it takes entries. */
  public LedgerState state() {
    LedgerException.Broken failure = broken;
    if (failure != null) {
      String message = failure.getMessage();
      return new LedgerState.Broken(message == null ? "" : message);
    }
    return closed ? new LedgerState.Closed() : new LedgerState.Open();
  }

  /**
   * Reads entries in order, up to the last that was acknowledged when this was called. Lazy: at
   * most one group is in memory. Close the stream when it is not read to its end. Reading may throw
   * {@link LedgerReadException}.
   *
   * @param fromIndex the first index wanted; those dropped by retention are passed over
   * @param stream only entries of this stream, null for all; groups without it are neither read nor
   *     decrypted
   */
  public Stream<Entry> read(long fromIndex, @Nullable String stream) {
    return reader.read(fromIndex, stream, extent);
  }

  /** At most {@code limit} entries, as {@link #read}. */
  public List<Entry> page(long fromIndex, @Nullable String stream, int limit) {
    try (Stream<Entry> entries = read(fromIndex, stream)) {
      return entries.limit(limit).toList();
    }
  }

  /**
   * Hands entries to a consumer, first those that are there and then new ones soon after they are
   * acknowledged, on a virtual thread of its own. Entries wait on the disk, not in memory, so a
   * slow consumer holds up nobody.
   *
   * @param stream only entries of this stream, null for all
   */
  public Subscription follow(long fromIndex, @Nullable String stream, Consumer<Entry> consumer) {
    Following following = new Following(fromIndex, stream, consumer);
    following.thread = Thread.ofVirtual().name("ledger-follower").start(following::run);
    return following;
  }

  /**
   * Deletes whole segments of which every entry comes before {@code index}. The signed head says
   * from then on where the ledger begins, so that verification stays strict.
   *
   * @return segments deleted
   */
  public long dropSegmentsBefore(long index) throws LedgerException {
    heads.lock();
    try {
      writing.lock();
      try {
        LedgerException refusal = refusal();
        if (refusal != null) {
          throw refusal;
        }
        long keep = Math.min(reader.segmentOf(Math.max(index, 0)), header.segment());
        if (keep <= firstSegment) {
          return 0;
        }
        long dropped = keep - firstSegment;
        forceAll(captureForced());
        long from = firstSegment;
        firstSegment = keep;
        // The head goes first: a crash between leaves files that opening removes.
        sign(capture(), false, true);
        reader.forgetBefore(keep);
        for (long number = from; number < keep; number++) {
          Files.deleteIfExists(folder.resolve(Folder.segmentName(number)));
        }
        Folder.force(folder);
        return dropped;
      } finally {
        writing.unlock();
      }
    } catch (IOException e) {
      throw breakDown(e);
    } finally {
      heads.unlock();
    }
  }

  /**
   * Writes what waits, signs a last head that says so, and lets the folder go. Does not throw: what
   * failed is in {@link #state}.
   */
  @Override
  public void close() {
    Thread writing;
    queueing.lock();
    try {
      if (ending) {
        return;
      }
      ending = true;
      queued.signalAll();
      room.signalAll();
      writing = writer;
    } finally {
      queueing.unlock();
    }
    join(writing);
    stopping = true;
    wakeFollowers(true);
    Thread signing = syncer;
    join(signing);
    try {
      if (broken == null) {
        sync(true);
      }
    } catch (LedgerException e) {
      // Kept in `broken`, and told by state().
    }
    heads.lock();
    this.writing.lock();
    try {
      closed = true;
      unforced.forEach(Ledger::closeQuietly);
      closeQuietly(segmentFile);
      closeQuietly(headFile);
      sealer.close();
    } finally {
      this.writing.unlock();
      heads.unlock();
    }
    wakeFollowers(true);
    closeQuietly(folderLock);
  }

  @Override
  public String toString() {
    return "Ledger[id=%s, folder=%s, nextIndex=%d]".formatted(id(), folder, nextIndex());
  }

  // ---- writing ----

  private void writeQueue() {
    Batch batch = new Batch();
    List<Pending> taken = new ArrayList<>();
    while (take(taken)) {
      try {
        for (Pending pending : taken) {
          batch.begin(pending.stream, pending.micros);
          batch.put(pending.payload, 0, pending.payload.length).end();
        }
        long index = write(batch);
        for (Pending pending : taken) {
          pending.written.complete(index++);
        }
      } catch (LedgerException | RuntimeException | OutOfMemoryError e) {
        taken.forEach(pending -> pending.written.completeExceptionally(e));
      }
      taken.clear();
      batch.clear();
    }
  }

  /** Waits for entries and takes as many as make a group; false when there will be none. */
  private boolean take(List<Pending> taken) {
    queueing.lock();
    try {
      while (queue.isEmpty()) {
        if (ending) {
          return false;
        }
        queued.awaitUninterruptibly();
      }
      long size = 0;
      Pending next = queue.peek();
      while (next != null && (taken.isEmpty() || size + next.cost() <= options.groupBytes())) {
        queue.remove();
        taken.add(next);
        size += next.cost();
        next = queue.peek();
      }
      queuedBytes -= size;
      room.signalAll();
      return true;
    } finally {
      queueing.unlock();
    }
  }

  private long writeGroup(Batch batch) throws LedgerException, IOException {
    LedgerException refusal = refusal();
    if (refusal != null) {
      throw refusal;
    }
    long first = nextIndex;
    if (batch.count() == 0) {
      return first;
    }
    try {
      if (position >= options.segmentBytes() && first > header.firstIndex()) {
        rotate();
      }
      GroupSealer.Sealed sealed =
          sealer.seal(batch, dataKey, first, hash, header.segment(), position);
      int length = sealed.bytes().remaining();
      segmentFile.write(sealed.bytes(), position);
      if (options.durability() == Durability.FSYNC) {
        segmentFile.force();
      }
      reader.group(first, header.segment(), position);
      position += length;
      hash = sealed.hash();
      nextIndex += batch.count();
    } catch (GeneralSecurityException e) {
      throw breakDown(new IOException("encryption failed", e));
    }
    if (options.durability() == Durability.WRITE) {
      publish();
    }
    return first;
  }

  private void rotate() throws IOException, GeneralSecurityException {
    SegmentHeader next =
        SegmentHeader.create(
            identity.ledgerId(),
            header.segment() + 1,
            nextIndex,
            Micros.of(clock.instant()),
            hash,
            keys,
            random);
    Aead nextKey = next.dataKey(keys);
    Storage.WritableFile file =
        options.storage().open(folder.resolve(Folder.segmentName(next.segment())));
    // Closed by whoever forces it, or at the end.
    unforced.add(segmentFile);
    segmentFile = file;
    file.write(ByteBuffer.wrap(next.bytes()), 0);
    header = next;
    dataKey = nextKey;
    position = next.length();
    hash = next.hash();
    reader.segment(next, nextKey);
    if (options.durability() == Durability.FSYNC) {
      forceAll(captureForced());
    }
  }

  private void publish() {
    extent = new Extent(header.segment(), position, nextIndex);
    if (followers.get() > 0) {
      wakeFollowers(false);
    }
  }

  // ---- heads ----

  /** What a head will say; taken under `writing`. */
  private record Captured(long segment, long position, long count, byte[] hash) {}

  /** Files that must be on the disk before a head may cover them. */
  private record Forcing(List<Storage.WritableFile> finished, Storage.WritableFile current) {}

  private Captured capture() {
    return new Captured(header.segment(), position, nextIndex, hash);
  }

  private Forcing captureForced() {
    List<Storage.WritableFile> finished = List.copyOf(unforced);
    unforced.clear();
    return new Forcing(finished, segmentFile);
  }

  private void forceAll(Forcing forcing) throws IOException {
    for (Storage.WritableFile file : forcing.finished) {
      file.force();
      file.close();
    }
    forcing.current.force();
    if (!forcing.finished.isEmpty()) {
      Folder.force(folder);
    }
  }

  /**
   * Signs a head and writes it to its slot; the caller holds `heads` and has forced what it covers.
   */
  private void sign(Captured captured, boolean closing, boolean force) throws IOException {
    LedgerHead next =
        new LedgerHead(
            identity.id(),
            signed.sequence() + 1,
            clock.instant(),
            firstSegment,
            captured.segment,
            captured.position,
            captured.count,
            HexFormat.of().formatHex(captured.hash),
            closing);
    headFile.write(
        ByteBuffer.wrap(HeadFile.slot(next, signer)), (next.sequence() & 1) * HeadFile.SLOT);
    // The chain and the AEAD carry what a power cut takes of the newest heads, so they are forced
    // now and then only.
    long now = System.nanoTime();
    if (force || now - headForcedAt >= options.syncInterval().toNanos()) {
      headFile.force();
      headForcedAt = now;
    }
    signed = next;
  }

  private LedgerHead sync(boolean closing) throws LedgerException {
    heads.lock();
    try {
      Captured captured;
      Forcing forcing;
      writing.lock();
      try {
        LedgerException refusal = refusal();
        if (refusal != null) {
          throw refusal;
        }
        captured = capture();
        forcing = captureForced();
      } finally {
        writing.unlock();
      }
      // Writers go on meanwhile; only the syncer and close ever close a segment's file.
      forceAll(forcing);
      sign(captured, closing, true);
      return signed;
    } catch (IOException e) {
      throw breakDown(e);
    } finally {
      heads.unlock();
    }
  }

  private void startSyncer() {
    if (options.durability() == Durability.WRITE) {
      syncer = Thread.ofPlatform().daemon().name("ledger-syncer").start(this::syncNowAndThen);
    }
  }

  private void syncNowAndThen() {
    long interval = options.syncInterval().toNanos();
    try {
      while (!stopping && broken == null) {
        sleepUnlessStopping(interval);
        if (!stopping && extent.nextIndex() != signed.count()) {
          sync(false);
        }
      }
    } catch (LedgerException e) {
      // Kept in `broken`: the next append tells.
    }
  }

  private void sleepUnlessStopping(long nanos) {
    progress.lock();
    try {
      long left = nanos;
      while (left > 0 && !stopping) {
        left = advanced.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody has a reason to interrupt this thread; a round too early does no harm.
    } finally {
      progress.unlock();
    }
  }

  // ---- following ----

  private final class Following implements Subscription {
    private final @Nullable String stream;
    private final Consumer<Entry> consumer;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopped;
    private long from;
    private @Nullable Thread thread;

    Following(long from, @Nullable String stream, Consumer<Entry> consumer) {
      this.from = from;
      this.stream = stream;
      this.consumer = consumer;
    }

    void run() {
      followers.incrementAndGet();
      try {
        while (!stopped) {
          Extent seen = extent;
          try (Stream<Entry> entries = reader.read(from, stream, seen)) {
            for (Entry entry : (Iterable<Entry>) entries::iterator) {
              if (stopped) {
                break;
              }
              consumer.accept(entry);
            }
          }
          from = Math.max(from, seen.nextIndex());
          if (!awaitMoreThan(seen)) {
            break;
          }
        }
        ended.complete(null);
      } catch (RuntimeException e) {
        ended.completeExceptionally(e);
      } finally {
        followers.decrementAndGet();
      }
    }

    private boolean awaitMoreThan(Extent seen) {
      progress.lock();
      try {
        while (extent.equals(seen) && !stopped && !stopping) {
          advanced.awaitUninterruptibly();
        }
        return !extent.equals(seen) && !stopped;
      } finally {
        progress.unlock();
      }
    }

    @Override
    public CompletionStage<Void> ended() {
      return ended;
    }

    @Override
    public void close() {
      stopped = true;
      wakeFollowers(true);
    }

    @Override
    public String toString() {
      return "Subscription[stream=%s, thread=%s]".formatted(stream, thread);
    }
  }

  private void wakeFollowers(boolean always) {
    progress.lock();
    try {
      if (always || followers.get() > 0) {
        advanced.signalAll();
      }
    } finally {
      progress.unlock();
    }
  }

  // ---- failing ----

  private @Nullable LedgerException refusal() {
    LedgerException.Broken failure = broken;
    if (failure != null) {
      return failure;
    }
    return closed ? closedException() : null;
  }

  private LedgerException closedException() {
    return new LedgerException.Closed("The ledger in %s has been closed.".formatted(folder));
  }

  /** After a failed write or force nobody knows what is on the disk, so nothing more goes there. */
  private LedgerException breakDown(IOException cause) {
    LedgerException.Broken failure = broken;
    if (failure == null) {
      failure =
          new LedgerException.Broken(
              "The ledger in %s cannot be written any more: %s. Free space or repair the disk, then restart; nothing acknowledged is lost."
                  .formatted(folder, Reason.of(cause)),
              cause);
      broken = failure;
    }
    queueing.lock();
    try {
      room.signalAll();
    } finally {
      queueing.unlock();
    }
    return failure;
  }

  private static void join(@Nullable Thread thread) {
    boolean interrupted = false;
    while (thread != null && thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // All that matters was forced before; the descriptor is gone either way.
    }
  }
}
