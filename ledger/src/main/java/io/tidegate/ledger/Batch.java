package io.tidegate.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Entries on their way into one group: what {@link Ledger#write} takes. Pieces are copied once,
 * into the bytes that will be compressed and encrypted, so a caller may release its buffers when
 * {@code add} returns. Reuse one batch: {@link #clear} keeps its memory. Not for several threads.
 */
public final class Batch {
  /** Most bytes that one batch holds; one entry must fit. */
  public static final int MAXIMUM_BYTES = 64 << 20;

  /** Longest stream name, in UTF-8 bytes. */
  public static final int MAXIMUM_STREAM_BYTES = 1024;

  // Beyond this a batch that once grew large gives its memory back when cleared.
  private static final int KEEP_BYTES = 4 << 20;

  private byte[] bytes = new byte[64 << 10];
  private int length;
  private int count;
  private long previousMicros;
  private long firstMicros;
  private long lastMicros;
  private final Map<String, Integer> ordinals = new LinkedHashMap<>();
  private String lastStream = "";
  private int lastOrdinal = -1;
  private int openLengthAt = -1;
  private int openStart;

  /** Adds an entry of one piece. The buffer's position is left alone. */
  public Batch add(String stream, long atMicros, ByteBuffer payload) {
    return begin(stream, atMicros).put(payload).end();
  }

  /** Adds an entry of two pieces. The buffers' positions are left alone. */
  public Batch add(String stream, long atMicros, ByteBuffer first, ByteBuffer second) {
    return begin(stream, atMicros).put(first).put(second).end();
  }

  /** Adds an entry. */
  public Batch add(String stream, Instant at, byte[] payload) {
    return begin(stream, Micros.of(at)).put(payload, 0, payload.length).end();
  }

  /**
   * Begins an entry whose pieces follow by {@code put}, up to {@link #end}.
   *
   * @param atMicros microseconds since 1970
   */
  public Batch begin(String stream, long atMicros) {
    if (openLengthAt >= 0) {
      throw new IllegalStateException("the entry before has not been ended");
    }
    // Asked for first, so that nothing can fail half-way: two numbers, the name at its longest, a
    // length.
    room(24 + 3 * Math.min(stream.length(), MAXIMUM_STREAM_BYTES));
    putStream(stream);
    putVarint(zigzag(atMicros - previousMicros));
    openLengthAt = length;
    length += 4;
    openStart = length;
    previousMicros = atMicros;
    firstMicros = count == 0 ? atMicros : Math.min(firstMicros, atMicros);
    lastMicros = count == 0 ? atMicros : Math.max(lastMicros, atMicros);
    return this;
  }

  /**
   * Adds a piece to the entry begun. The buffer's position is left alone. When it does not fit,
   * clear the batch.
   */
  public Batch put(ByteBuffer piece) {
    int size = piece.remaining();
    room(size);
    piece.get(piece.position(), bytes, length, size);
    length += size;
    return this;
  }

  /** Adds a piece to the entry begun. */
  public Batch put(byte[] piece, int offset, int size) {
    room(size);
    System.arraycopy(piece, offset, bytes, length, size);
    length += size;
    return this;
  }

  /** Adds one byte to the entry begun. */
  public Batch put(byte value) {
    room(1);
    bytes[length++] = value;
    return this;
  }

  /** Adds an int, big-endian, to the entry begun. */
  public Batch putInt(int value) {
    room(4);
    Layout.putInt(bytes, length, value);
    length += 4;
    return this;
  }

  /** Adds a long, big-endian, to the entry begun. */
  public Batch putLong(long value) {
    room(8);
    Layout.putLong(bytes, length, value);
    length += 8;
    return this;
  }

  /** Ends the entry begun. */
  public Batch end() {
    if (openLengthAt < 0) {
      throw new IllegalStateException("no entry has been begun");
    }
    Layout.putInt(bytes, openLengthAt, length - openStart);
    openLengthAt = -1;
    count++;
    return this;
  }

  /** Entries ended. */
  public int count() {
    return count;
  }

  /** Bytes used, names and lengths included. */
  public int bytes() {
    return length;
  }

  /** Forgets all entries. */
  public Batch clear() {
    if (bytes.length > KEEP_BYTES) {
      bytes = new byte[64 << 10];
    }
    length = 0;
    count = 0;
    previousMicros = 0;
    ordinals.clear();
    lastStream = "";
    lastOrdinal = -1;
    openLengthAt = -1;
    return this;
  }

  byte[] array() {
    return bytes;
  }

  boolean open() {
    return openLengthAt >= 0;
  }

  long firstMicros() {
    return firstMicros;
  }

  long lastMicros() {
    return lastMicros;
  }

  Iterable<String> streams() {
    return ordinals.keySet();
  }

  int streamCount() {
    return ordinals.size();
  }

  private void putStream(String stream) {
    if (lastOrdinal >= 0 && stream.equals(lastStream)) {
      putVarint(lastOrdinal);
      return;
    }
    Integer known = ordinals.get(stream);
    if (known != null) {
      lastOrdinal = known;
      putVarint(known);
    } else {
      byte[] name = stream.getBytes(StandardCharsets.UTF_8);
      if (name.length == 0 || name.length > MAXIMUM_STREAM_BYTES) {
        throw new IllegalArgumentException(
            "a stream's name has 1 to " + MAXIMUM_STREAM_BYTES + " bytes");
      }
      int ordinal = ordinals.size();
      putVarint(ordinal);
      putVarint(name.length);
      put(name, 0, name.length);
      ordinals.put(stream, ordinal);
      lastOrdinal = ordinal;
    }
    lastStream = stream;
  }

  private void putVarint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  private void room(int more) {
    if (more > bytes.length - length) {
      long needed = (long) length + more;
      if (needed > MAXIMUM_BYTES) {
        throw new IllegalArgumentException(
            "a batch holds at most " + MAXIMUM_BYTES + " bytes; write it before adding more");
      }
      bytes =
          Arrays.copyOf(bytes, (int) Math.min(MAXIMUM_BYTES, Math.max(needed, 2L * bytes.length)));
    }
  }
}
