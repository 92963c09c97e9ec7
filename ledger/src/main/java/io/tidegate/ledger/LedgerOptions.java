package io.tidegate.ledger;

import java.time.Duration;

/**
 * How a ledger writes. Start from {@link #audit()} or {@link #recordings()} and change what
 * differs.
 *
 * @param durability what an acknowledgement means
 * @param segmentBytes a segment that has reached this size is followed by a new one
 * @param groupBytes a group of queued appends is closed at this many bytes before compression
 * @param queueBytes payload bytes that may wait in {@link Ledger#append}; a caller beyond that
 *     waits
 * @param syncInterval with {@link Durability#WRITE}, the longest time between a write and the
 *     signed head that covers it
 * @param compress whether groups go through zstd (level 1) before they are encrypted
 * @param storage where the bytes go
 */
public record LedgerOptions(
    Durability durability,
    long segmentBytes,
    int groupBytes,
    int queueBytes,
    Duration syncInterval,
    boolean compress,
    Storage storage) {
  /** Smallest segment that makes sense; tests use it to get many. */
  static final long MINIMUM_SEGMENT_BYTES = 256;

  /** Refuses sizes that cannot work. */
  public LedgerOptions {
    if (segmentBytes < MINIMUM_SEGMENT_BYTES) {
      throw new IllegalArgumentException("segmentBytes must be at least " + MINIMUM_SEGMENT_BYTES);
    }
    if (groupBytes < 1 || groupBytes > Batch.MAXIMUM_BYTES) {
      throw new IllegalArgumentException("groupBytes must be from 1 to " + Batch.MAXIMUM_BYTES);
    }
    if (queueBytes < 1) {
      throw new IllegalArgumentException("queueBytes must be positive");
    }
    if (syncInterval.isNegative() || syncInterval.isZero()) {
      throw new IllegalArgumentException("syncInterval must be positive");
    }
  }

  /** For the audit log: every acknowledged entry is on the disk and under a signature. */
  public static LedgerOptions audit() {
    return new LedgerOptions(
        Durability.FSYNC,
        64L << 20,
        1 << 20,
        8 << 20,
        Duration.ofMillis(100),
        true,
        Storage.local());
  }

  /**
   * For session recordings: acknowledged when the operating system has it, on the disk soon after.
   */
  public static LedgerOptions recordings() {
    return new LedgerOptions(
        Durability.WRITE,
        128L << 20,
        1 << 20,
        32 << 20,
        Duration.ofMillis(200),
        true,
        Storage.local());
  }

  /** The same with another durability. */
  public LedgerOptions withDurability(Durability changed) {
    return new LedgerOptions(
        changed, segmentBytes, groupBytes, queueBytes, syncInterval, compress, storage);
  }

  /** The same with another segment size. */
  public LedgerOptions withSegmentBytes(long changed) {
    return new LedgerOptions(
        durability, changed, groupBytes, queueBytes, syncInterval, compress, storage);
  }

  /** The same with another group size. */
  public LedgerOptions withGroupBytes(int changed) {
    return new LedgerOptions(
        durability, segmentBytes, changed, queueBytes, syncInterval, compress, storage);
  }

  /** The same with another bound on waiting bytes. */
  public LedgerOptions withQueueBytes(int changed) {
    return new LedgerOptions(
        durability, segmentBytes, groupBytes, changed, syncInterval, compress, storage);
  }

  /** The same with another interval between signed heads. */
  public LedgerOptions withSyncInterval(Duration changed) {
    return new LedgerOptions(
        durability, segmentBytes, groupBytes, queueBytes, changed, compress, storage);
  }

  /** The same with or without compression. */
  public LedgerOptions withCompress(boolean changed) {
    return new LedgerOptions(
        durability, segmentBytes, groupBytes, queueBytes, syncInterval, changed, storage);
  }

  /** The same on another storage. */
  public LedgerOptions withStorage(Storage changed) {
    return new LedgerOptions(
        durability, segmentBytes, groupBytes, queueBytes, syncInterval, compress, changed);
  }
}
