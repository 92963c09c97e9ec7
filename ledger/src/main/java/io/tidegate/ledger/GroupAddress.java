package io.tidegate.ledger;

/**
 * Where a group stands. It goes before the header in the associated data, so that a ciphertext
 * opens nowhere else.
 */
final class GroupAddress {
  static final int LENGTH = Identity.ID_LENGTH + 16;

  private GroupAddress() {}

  static void write(byte[] into, byte[] ledgerId, long segment, long position) {
    System.arraycopy(ledgerId, 0, into, 0, Identity.ID_LENGTH);
    Layout.putLong(into, Identity.ID_LENGTH, segment);
    Layout.putLong(into, Identity.ID_LENGTH + 8, position);
  }
}
