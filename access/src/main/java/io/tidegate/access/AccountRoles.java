package io.tidegate.access;

import io.netty.buffer.ByteBuf;
import io.tidegate.wire.BsonView;

/**
 * Looks for the variable by which an expression reads the roles of whoever runs it (MongoDB 7).
 * That is the shared account, whose roles may name what the lease does not reach. The name is
 * searched in the bytes: it can stand in any expression, and nothing computes the name of a
 * variable.
 */
final class AccountRoles {
  static final String VARIABLE = "$$USER_ROLES";

  /** Where in the variable the byte stands that is searched for; the rarest one in commands. */
  private static final int PIVOT = VARIABLE.indexOf('U');

  private AccountRoles() {}

  /** Whether the variable stands anywhere inside. */
  static boolean in(BsonView view) {
    ByteBuf bytes = view.bytes();
    int end = bytes.writerIndex();
    int at = bytes.indexOf(bytes.readerIndex(), end, (byte) VARIABLE.charAt(PIVOT));
    while (at >= 0) {
      if (standsAround(bytes, at, end)) {
        return true;
      }
      at = bytes.indexOf(at + 1, end, (byte) VARIABLE.charAt(PIVOT));
    }
    return false;
  }

  private static boolean standsAround(ByteBuf bytes, int at, int end) {
    int start = at - PIVOT;
    if (start < bytes.readerIndex() || start + VARIABLE.length() > end) {
      return false;
    }
    for (int i = 0; i < VARIABLE.length(); i++) {
      if (bytes.getByte(start + i) != VARIABLE.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
