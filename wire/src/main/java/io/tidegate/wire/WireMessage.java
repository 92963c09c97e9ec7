package io.tidegate.wire;

import io.netty.buffer.ByteBuf;

/**
 * One whole message, checked and read in place. The buffer is not owned: the value is valid while
 * the frame is retained.
 */
public sealed interface WireMessage permits OpMsg, OpQuery, OpReply {
  /** The header. */
  MessageHeader header();

  /**
   * Checks a request, rules F1 to F6, in one pass over all of its bytes.
   *
   * @param frame one whole message between its reader and writer index; neither is moved
   * @throws MalformedMessageException naming the rule that is broken
   * @throws UnsupportedOpCodeException for anything but OP_MSG and OP_QUERY
   */
  static WireMessage parse(ByteBuf frame) {
    int opCode = checkFrame(frame);
    return switch (OpCode.of(opCode)) {
      case OP_MSG -> OpMsg.parse(frame, true);
      case OP_QUERY -> OpQuery.parse(frame);
      case OP_REPLY, OP_COMPRESSED -> throw new UnsupportedOpCodeException(opCode);
      case null -> throw new UnsupportedOpCodeException(opCode);
    };
  }

  /**
   * Checks an answer of a server in full: as {@link #parse}, but no command name, {@code $db} or
   * unique keys are asked for. To read only what a recorder needs, use {@link ReplySummary}.
   *
   * @throws MalformedMessageException naming the rule that is broken
   * @throws UnsupportedOpCodeException for anything but OP_MSG and OP_REPLY
   */
  static WireMessage parseReply(ByteBuf frame) {
    int opCode = checkFrame(frame);
    return switch (OpCode.of(opCode)) {
      case OP_MSG -> OpMsg.parse(frame, false);
      case OP_REPLY -> OpReply.parse(frame);
      case OP_QUERY, OP_COMPRESSED -> throw new UnsupportedOpCodeException(opCode);
      case null -> throw new UnsupportedOpCodeException(opCode);
    };
  }

  private static int checkFrame(ByteBuf frame) {
    int readable = frame.readableBytes();
    if (readable < MessageHeader.LENGTH || frame.getIntLE(frame.readerIndex()) != readable) {
      throw new MalformedMessageException("F1", "the frame is not as long as its header says");
    }
    return MessageHeader.opCode(frame);
  }
}
