package io.tidegate.ledger;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code head}: two slots of 512 bytes, one disk sector each, written in turn, so that a
 * torn write spoils at most the newer one. A slot is 256 bytes of statement and signature and then
 * zeros; a head with sequence n is in slot n mod 2.
 */
final class HeadFile {
  static final int SLOT = 512;
  static final int LENGTH = 2 * SLOT;
  private static final long MAGIC = 0x5447_4845_4144_3031L; // "TGHEAD01"
  private static final int ID = 8;
  private static final int SEQUENCE = 24;
  private static final int AT = 32;
  private static final int FIRST_SEGMENT = 40;
  private static final int SEGMENT = 48;
  private static final int POSITION = 56;
  private static final int COUNT = 64;
  private static final int HASH = 72;
  private static final int FLAGS = 104;
  private static final int SIGNATURE = 112;
  private static final int SIGNATURE_LENGTH = 64;
  private static final int END = SIGNATURE + SIGNATURE_LENGTH;

  private HeadFile() {}

  static byte[] slot(LedgerHead head, Signature signer) {
    byte[] slot = new byte[SLOT];
    Layout.putLong(slot, 0, MAGIC);
    System.arraycopy(HexFormat.of().parseHex(head.ledgerId()), 0, slot, ID, Identity.ID_LENGTH);
    Layout.putLong(slot, SEQUENCE, head.sequence());
    Layout.putLong(slot, AT, Micros.of(head.at()));
    Layout.putLong(slot, FIRST_SEGMENT, head.firstSegment());
    Layout.putLong(slot, SEGMENT, head.segment());
    Layout.putLong(slot, POSITION, head.position());
    Layout.putLong(slot, COUNT, head.count());
    System.arraycopy(head.hashBytes(), 0, slot, HASH, Sha256.LENGTH);
    Layout.putLong(slot, FLAGS, head.closed() ? 1 : 0);
    try {
      signer.update(slot, 0, SIGNATURE);
      byte[] signature = signer.sign();
      System.arraycopy(signature, 0, slot, SIGNATURE, SIGNATURE_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("signing failed", e);
    }
    return slot;
  }

  /**
   * Reads slot {@code number} of the file's bytes.
   *
   * @return null when it is no valid head of this ledger under this key
   */
  static @Nullable LedgerHead parse(byte[] file, int number, Identity identity) {
    if (file.length < (number + 1) * SLOT) {
      return null;
    }
    byte[] slot = Arrays.copyOfRange(file, number * SLOT, (number + 1) * SLOT);
    if (Layout.longAt(slot, 0) != MAGIC
        || !Arrays.equals(
            slot, ID, ID + Identity.ID_LENGTH, identity.ledgerId(), 0, Identity.ID_LENGTH)) {
      return null;
    }
    for (int i = END; i < SLOT; i++) {
      if (slot[i] != 0) {
        return null;
      }
    }
    if (!identity
        .publicKey()
        .verifies(slot, 0, SIGNATURE, Arrays.copyOfRange(slot, SIGNATURE, END))) {
      return null;
    }
    long sequence = Layout.longAt(slot, SEQUENCE);
    if ((sequence & 1) != number) {
      return null;
    }
    return new LedgerHead(
        identity.id(),
        sequence,
        Micros.toInstant(Layout.longAt(slot, AT)),
        Layout.longAt(slot, FIRST_SEGMENT),
        Layout.longAt(slot, SEGMENT),
        Layout.longAt(slot, POSITION),
        Layout.longAt(slot, COUNT),
        HexFormat.of().formatHex(slot, HASH, HASH + Sha256.LENGTH),
        Layout.longAt(slot, FLAGS) == 1);
  }

  /** Whether a slot that does not parse is at least a head, of another ledger. */
  static boolean foreign(byte[] file, int number, Identity identity) {
    int at = number * SLOT;
    return file.length >= at + SLOT
        && Layout.longAt(file, at) == MAGIC
        && !Arrays.equals(
            file,
            at + ID,
            at + ID + Identity.ID_LENGTH,
            identity.ledgerId(),
            0,
            Identity.ID_LENGTH);
  }
}
