package io.tidegate.ledger;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The start of a segment file. It takes the chain over from the segment before, and carries the
 * segment's data key wrapped by the ledger's keyset: a fresh key for each segment keeps AES-GCM's
 * random nonces far from their limit, and asks a KMS only once a segment.
 *
 * @param hash SHA-256 of all bytes before it: where the chain of this segment starts
 */
record SegmentHeader(
    byte[] ledgerId,
    long segment,
    long firstIndex,
    long createdMicros,
    byte[] previousHash,
    byte[] wrappedKey,
    byte[] hash) {
  static final long MAGIC = 0x5447_4C45_4447_4552L; // "TGLEDGER"
  static final int VERSION = 1;
  static final int MAXIMUM_LENGTH = 4096;
  private static final int DATA_KEY_LENGTH = 32;
  private static final int VERSION_AT = 8;
  private static final int SUITE_AT = 9; // 1: AES-256-GCM, SHA-256
  private static final int LENGTH_AT = 12;
  private static final int ID_AT = 16;
  private static final int SEGMENT_AT = 32;
  private static final int FIRST_INDEX_AT = 40;
  private static final int CREATED_AT = 48;
  private static final int PREVIOUS_AT = 56;
  private static final int KEY_AT = 88;
  private static final int MINIMUM_LENGTH = KEY_AT + Sha256.LENGTH;

  static SegmentHeader create(
      byte[] ledgerId,
      long segment,
      long firstIndex,
      long createdMicros,
      byte[] previousHash,
      LedgerKeys keys,
      SecureRandom random)
      throws GeneralSecurityException {
    byte[] key = new byte[DATA_KEY_LENGTH];
    random.nextBytes(key);
    SegmentHeader draft =
        new SegmentHeader(
            ledgerId, segment, firstIndex, createdMicros, previousHash, new byte[0], new byte[0]);
    byte[] wrapped = keys.aead().encrypt(key, draft.context());
    SegmentHeader unhashed =
        new SegmentHeader(
            ledgerId, segment, firstIndex, createdMicros, previousHash, wrapped, new byte[0]);
    return new SegmentHeader(
        ledgerId,
        segment,
        firstIndex,
        createdMicros,
        previousHash,
        wrapped,
        Sha256.of(unhashed.front()));
  }

  /**
   * Reads a header.
   *
   * @param bytes the file's beginning, at most {@link #MAXIMUM_LENGTH} bytes of it
   * @param available how many of them are there
   * @return null when the bytes end before the header does
   */
  static @Nullable SegmentHeader parse(byte[] bytes, int available)
      throws MalformedLedgerException {
    if (available < MINIMUM_LENGTH) {
      return null;
    }
    if (Layout.longAt(bytes, 0) != MAGIC) {
      throw new MalformedLedgerException("it does not begin as a segment does");
    }
    if (bytes[VERSION_AT] != VERSION
        || bytes[SUITE_AT] != 1
        || Layout.unsignedShort(bytes, 10) != 0) {
      throw new MalformedLedgerException("its format is not one that this version knows");
    }
    int length = Layout.intAt(bytes, LENGTH_AT);
    if (length < MINIMUM_LENGTH || length > MAXIMUM_LENGTH) {
      throw new MalformedLedgerException("its header has an impossible length");
    }
    if (available < length) {
      return null;
    }
    byte[] hash = Arrays.copyOfRange(bytes, length - Sha256.LENGTH, length);
    byte[] front = Arrays.copyOf(bytes, length - Sha256.LENGTH);
    if (!Arrays.equals(hash, Sha256.of(front))) {
      throw new MalformedLedgerException("its header does not fit its own hash");
    }
    long segment = Layout.longAt(bytes, SEGMENT_AT);
    long firstIndex = Layout.longAt(bytes, FIRST_INDEX_AT);
    if (segment < 0 || firstIndex < 0) {
      throw new MalformedLedgerException("its header has a negative number");
    }
    return new SegmentHeader(
        Arrays.copyOfRange(bytes, ID_AT, ID_AT + Identity.ID_LENGTH),
        segment,
        firstIndex,
        Layout.longAt(bytes, CREATED_AT),
        Arrays.copyOfRange(bytes, PREVIOUS_AT, PREVIOUS_AT + Sha256.LENGTH),
        Arrays.copyOfRange(bytes, KEY_AT, length - Sha256.LENGTH),
        hash);
  }

  int length() {
    return KEY_AT + wrappedKey.length + Sha256.LENGTH;
  }

  byte[] bytes() {
    byte[] front = front();
    byte[] all = Arrays.copyOf(front, front.length + Sha256.LENGTH);
    System.arraycopy(hash, 0, all, front.length, Sha256.LENGTH);
    return all;
  }

  /**
   * The primitive that opens and closes this segment's groups; fails when the keys are not this
   * ledger's.
   */
  Aead dataKey(LedgerKeys keys) throws GeneralSecurityException {
    byte[] key = keys.aead().decrypt(wrappedKey, context());
    try {
      return new AesGcmJce(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private byte[] front() {
    byte[] front = new byte[KEY_AT + wrappedKey.length];
    fixedPart(front);
    System.arraycopy(wrappedKey, 0, front, KEY_AT, wrappedKey.length);
    Layout.putInt(front, LENGTH_AT, length());
    return front;
  }

  /** What a wrapped key is bound to: all fields that are known before it, the length left zero. */
  private byte[] context() {
    byte[] context = new byte[KEY_AT];
    fixedPart(context);
    return context;
  }

  private void fixedPart(byte[] into) {
    Layout.putLong(into, 0, MAGIC);
    into[VERSION_AT] = VERSION;
    into[SUITE_AT] = 1;
    System.arraycopy(ledgerId, 0, into, ID_AT, Identity.ID_LENGTH);
    Layout.putLong(into, SEGMENT_AT, segment);
    Layout.putLong(into, FIRST_INDEX_AT, firstIndex);
    Layout.putLong(into, CREATED_AT, createdMicros);
    System.arraycopy(previousHash, 0, into, PREVIOUS_AT, Sha256.LENGTH);
  }
}
