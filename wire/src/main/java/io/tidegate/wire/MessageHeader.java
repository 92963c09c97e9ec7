package io.tidegate.wire;

import io.netty.buffer.ByteBuf;

/**
 * The 16 bytes in front of every message: four little-endian int32.
 *
 * @param messageLength bytes of the whole message, these 16 included
 * @param requestId the sender's number for this message
 * @param responseTo the {@code requestId} that this message answers; 0 in requests
 * @param opCode the number of an {@link OpCode}, or one that we do not know
 */
public record MessageHeader(int messageLength, int requestId, int responseTo, int opCode) {
  /** Bytes of a header. */
  public static final int LENGTH = 16;

  /** Reads the header at an absolute index; does not move the reader index. */
  public static MessageHeader read(ByteBuf buf, int offset) {
    return new MessageHeader(
        buf.getIntLE(offset),
        buf.getIntLE(offset + 4),
        buf.getIntLE(offset + 8),
        buf.getIntLE(offset + 12));
  }

  /** Appends the header at the writer index. */
  public void write(ByteBuf out) {
    out.writeIntLE(messageLength).writeIntLE(requestId).writeIntLE(responseTo).writeIntLE(opCode);
  }

  /** The request id of a whole frame, without allocation. */
  public static int requestId(ByteBuf frame) {
    return frame.getIntLE(frame.readerIndex() + 4);
  }

  /** The {@code responseTo} of a whole frame, without allocation. */
  public static int responseTo(ByteBuf frame) {
    return frame.getIntLE(frame.readerIndex() + 8);
  }

  /** The opcode number of a whole frame, without allocation. */
  public static int opCode(ByteBuf frame) {
    return frame.getIntLE(frame.readerIndex() + 12);
  }
}
