package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The facts of an answer that a recorder keeps and a cursor table needs, read from the top level of
 * the answer in place; batches are stepped over by their lengths.
 *
 * @param ok whether {@code ok} is 1
 * @param code the error's code; 0 when there is none
 * @param codeName the error's name
 * @param n documents matched, inserted or counted; -1 when the answer has no {@code n}
 * @param nModified documents changed; -1 when the answer has none
 * @param nReturned documents in the batch; -1 when the answer has no cursor
 * @param cursorId the cursor that stays open; 0 when none does
 * @param cursorNamespace the namespace of the cursor
 * @param writeErrors how many single writes failed although the command is ok
 * @param moreToCome whether another answer to the same request follows
 * @param topologyVersion whether the answer has a {@code topologyVersion}, which a proxy must not
 *     pass on
 */
public record ReplySummary(
    boolean ok,
    int code,
    @Nullable String codeName,
    long n,
    long nModified,
    int nReturned,
    long cursorId,
    @Nullable String cursorNamespace,
    int writeErrors,
    boolean moreToCome,
    boolean topologyVersion) {

  /**
   * Reads a whole frame, OP_MSG or OP_REPLY.
   *
   * @throws MalformedMessageException when the top level of the answer is broken
   * @throws UnsupportedOpCodeException for any other opcode
   */
  public static ReplySummary of(ByteBuf frame) {
    int opCode = MessageHeader.opCode(frame);
    return switch (OpCode.of(opCode)) {
      case OP_MSG -> read(bodyOf(frame), (OpMsg.flagBits(frame) & OpMsg.MORE_TO_COME) != 0);
      case OP_REPLY ->
          read(BsonView.shallow(frame, frame.readerIndex() + OpReply.DOCUMENT_OFFSET), false);
      case OP_QUERY, OP_COMPRESSED -> throw new UnsupportedOpCodeException(opCode);
      case null -> throw new UnsupportedOpCodeException(opCode);
    };
  }

  /** The same facts, of which the body has the small ones only; the rest was seen and counted. */
  static ReplySummary counted(
      BsonView body, boolean moreToCome, int nReturned, int writeErrors, boolean topologyVersion) {
    ReplySummary read = read(body, moreToCome);
    return new ReplySummary(
        read.ok,
        read.code,
        read.codeName,
        read.n,
        read.nModified,
        nReturned,
        read.cursorId,
        read.cursorNamespace,
        writeErrors,
        moreToCome,
        topologyVersion);
  }

  /** The body of an OP_MSG, wherever it stands among the sections. */
  private static BsonView bodyOf(ByteBuf frame) {
    int pos = frame.readerIndex() + MessageHeader.LENGTH + Integer.BYTES;
    int end = frame.writerIndex();
    while (end - pos > Integer.BYTES) {
      byte kind = frame.getByte(pos++);
      if (kind == 0) {
        return BsonView.shallow(frame, pos);
      }
      int size = frame.getIntLE(pos);
      if (kind != 1 || size < Integer.BYTES || size > end - pos) {
        break;
      }
      pos += size;
    }
    throw new MalformedMessageException("F3", "the answer has no body");
  }

  private static ReplySummary read(BsonView body, boolean moreToCome) {
    boolean ok = false;
    int code = 0;
    String codeName = null;
    long n = -1;
    long nModified = -1;
    int nReturned = -1;
    long cursorId = 0;
    String cursorNamespace = null;
    int writeErrors = 0;
    boolean topologyVersion = false;
    BsonCursor at = body.cursor();
    while (at.next()) {
      switch (at.nameLength) {
        case 1 -> {
          if (at.nameEquals("n") && at.isNumber()) {
            n = at.longValue();
          }
        }
        case 2 -> {
          if (at.nameEquals("ok")) {
            ok = at.isTruthy();
          }
        }
        case 4 -> {
          if (at.nameEquals("code") && at.isNumber()) {
            code = at.intValue();
          }
        }
        case 6 -> {
          if (at.nameEquals("cursor") && at.isDocument()) {
            BsonCursor in = at.document().cursor();
            while (in.next()) {
              if (in.isArray() && (in.nameEquals("firstBatch") || in.nameEquals("nextBatch"))) {
                nReturned = count(in.document());
              } else if (in.isNumber() && in.nameEquals("id")) {
                cursorId = in.longValue();
              } else if (in.isString() && in.nameEquals("ns")) {
                cursorNamespace =
                    TextCache.local().text(in.buf, in.valueStart + 4, in.valueLength - 5);
              }
            }
          }
        }
        case 8 -> {
          if (at.isString() && at.nameEquals("codeName")) {
            codeName = at.string();
          }
        }
        case 9 -> {
          if (at.isNumber() && at.nameEquals("nModified")) {
            nModified = at.longValue();
          }
        }
        case 11 -> {
          if (at.isArray() && at.nameEquals("writeErrors")) {
            writeErrors = count(at.document());
          }
        }
        case 15 -> topologyVersion |= at.nameEquals("topologyVersion");
        default -> {}
      }
    }
    return new ReplySummary(
        ok,
        code,
        codeName,
        n,
        nModified,
        nReturned,
        cursorId,
        cursorNamespace,
        writeErrors,
        moreToCome,
        topologyVersion);
  }

  private static int count(BsonView array) {
    int count = 0;
    BsonCursor cursor = array.cursor();
    while (cursor.next()) {
      count++;
    }
    return count;
  }
}
