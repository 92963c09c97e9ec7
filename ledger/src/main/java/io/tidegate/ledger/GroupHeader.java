package io.tidegate.ledger;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the clear before a group's ciphertext. The CRC tells a damaged header from a file
 * that ends; the group's hash, after the ciphertext, is what protects.
 *
 * @param plainLength bytes of the entries before compression
 * @param cipherLength bytes of the ciphertext
 * @param streams ids of the streams inside, null when there are more than {@link #MAXIMUM_LISTED}
 */
record GroupHeader(
    boolean compressed,
    int plainLength,
    int cipherLength,
    long firstIndex,
    int count,
    long firstMicros,
    long lastMicros,
    byte[] previousHash,
    long @Nullable [] streams) {
  static final int MAGIC = 0x5447_4731; // "TGG1"
  static final int MAXIMUM_LISTED = 1000;
  static final int FIXED = 80;
  static final int MAXIMUM_LENGTH = FIXED + 8 * MAXIMUM_LISTED;

  /** Nonce and tag of AES-GCM. */
  static final int CIPHER_OVERHEAD = 28;

  private static final int UNLISTED = 0xFFFF;
  private static final int MAXIMUM_CIPHER_BYTES = Batch.MAXIMUM_BYTES + (1 << 20);
  private static final int FLAGS_AT = 4; // bit 0: zstd
  private static final int STREAMS_AT = 6;
  private static final int CIPHER_LENGTH_AT = 8;
  private static final int PLAIN_LENGTH_AT = 12;
  private static final int FIRST_INDEX_AT = 16;
  private static final int COUNT_AT = 24;
  private static final int FIRST_MICROS_AT = 28;
  private static final int LAST_MICROS_AT = 36;
  private static final int PREVIOUS_AT = 44;
  private static final int CRC_AT = 76;

  int length() {
    return FIXED + 8 * (streams == null ? 0 : streams.length);
  }

  /** Bytes of the whole group: header, ciphertext, hash. */
  int groupLength() {
    return length() + cipherLength + Sha256.LENGTH;
  }

  boolean mayHold(long streamId) {
    if (streams == null) {
      return true;
    }
    for (long id : streams) {
      if (id == streamId) {
        return true;
      }
    }
    return false;
  }

  void write(byte[] into, int at) {
    Layout.putInt(into, at, MAGIC);
    into[at + FLAGS_AT] = (byte) (compressed ? 1 : 0);
    into[at + FLAGS_AT + 1] = 0;
    Layout.putShort(into, at + STREAMS_AT, streams == null ? UNLISTED : streams.length);
    Layout.putInt(into, at + CIPHER_LENGTH_AT, cipherLength);
    Layout.putInt(into, at + PLAIN_LENGTH_AT, plainLength);
    Layout.putLong(into, at + FIRST_INDEX_AT, firstIndex);
    Layout.putInt(into, at + COUNT_AT, count);
    Layout.putLong(into, at + FIRST_MICROS_AT, firstMicros);
    Layout.putLong(into, at + LAST_MICROS_AT, lastMicros);
    System.arraycopy(previousHash, 0, into, at + PREVIOUS_AT, Sha256.LENGTH);
    Layout.putInt(into, at + CRC_AT, crc(into, at));
    int next = at + FIXED;
    if (streams != null) {
      for (long id : streams) {
        Layout.putLong(into, next, id);
        next += 8;
      }
    }
  }

  /**
   * Reads a header.
   *
   * @param available bytes there from {@code at}
   * @return null when the bytes end before the header does
   */
  static @Nullable GroupHeader parse(byte[] bytes, int at, int available)
      throws MalformedLedgerException {
    if (available < FIXED) {
      return null;
    }
    if (Layout.intAt(bytes, at) != MAGIC) {
      throw new MalformedLedgerException("no group begins there");
    }
    if (crc(bytes, at) != Layout.intAt(bytes, at + CRC_AT)) {
      throw new MalformedLedgerException("a group's header does not fit its checksum");
    }
    int listed = Layout.unsignedShort(bytes, at + STREAMS_AT);
    if (listed > MAXIMUM_LISTED && listed != UNLISTED) {
      throw new MalformedLedgerException("a group lists too many streams");
    }
    int streamCount = listed == UNLISTED ? 0 : listed;
    if (available < FIXED + 8 * streamCount) {
      return null;
    }
    long @Nullable [] streams = null;
    if (listed != UNLISTED) {
      streams = new long[streamCount];
      for (int i = 0; i < streamCount; i++) {
        streams[i] = Layout.longAt(bytes, at + FIXED + 8 * i);
      }
    }
    int flags = bytes[at + FLAGS_AT] & 0xFF;
    GroupHeader header =
        new GroupHeader(
            flags == 1,
            Layout.intAt(bytes, at + PLAIN_LENGTH_AT),
            Layout.intAt(bytes, at + CIPHER_LENGTH_AT),
            Layout.longAt(bytes, at + FIRST_INDEX_AT),
            Layout.intAt(bytes, at + COUNT_AT),
            Layout.longAt(bytes, at + FIRST_MICROS_AT),
            Layout.longAt(bytes, at + LAST_MICROS_AT),
            Arrays.copyOfRange(bytes, at + PREVIOUS_AT, at + PREVIOUS_AT + Sha256.LENGTH),
            streams);
    if (flags > 1 || bytes[at + FLAGS_AT + 1] != 0) {
      throw new MalformedLedgerException("a group has flags that this version does not know");
    }
    if (header.plainLength < 1
        || header.plainLength > Batch.MAXIMUM_BYTES
        || header.cipherLength <= CIPHER_OVERHEAD
        || header.cipherLength > MAXIMUM_CIPHER_BYTES
        || header.firstIndex < 0
        || header.count < 1
        || header.firstIndex + header.count < 0
        || header.lastMicros < header.firstMicros) {
      throw new MalformedLedgerException("a group's header has impossible numbers");
    }
    return header;
  }

  /**
   * Over the fixed part, without the ids, so that it tells how long the header is before all of it
   * is there.
   */
  private static int crc(byte[] bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, CRC_AT);
    return (int) crc.getValue();
  }
}
