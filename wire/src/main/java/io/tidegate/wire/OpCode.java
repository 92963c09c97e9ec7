package io.tidegate.wire;

import org.jspecify.annotations.Nullable;

/** The opcodes that this library knows; every other number is refused and never forwarded. */
public enum OpCode {
  /** Answer to {@link #OP_QUERY}; servers since 5.1 use it for the legacy hello only. */
  OP_REPLY(1),
  /** Legacy request; accepted for hello and isMaster only. */
  OP_QUERY(2004),
  /** A wrapped, compressed message; known so that it can be refused by name. */
  OP_COMPRESSED(2012),
  /** Everything else, both ways. */
  OP_MSG(2013);

  private final int number;

  OpCode(int number) {
    this.number = number;
  }

  /** The number that stands in the header. */
  public int number() {
    return number;
  }

  /** The opcode with this number, or null when it is none of ours. */
  public static @Nullable OpCode of(int number) {
    return switch (number) {
      case 1 -> OP_REPLY;
      case 2004 -> OP_QUERY;
      case 2012 -> OP_COMPRESSED;
      case 2013 -> OP_MSG;
      default -> null;
    };
  }
}
