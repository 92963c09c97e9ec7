package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import org.bson.BsonDocument;

/** A checked OP_REPLY with one document, the answer to an {@link OpQuery}. */
public final class OpReply implements WireMessage {
  /** Response flag: the query failed and the document has {@code $err}. */
  public static final int QUERY_FAILURE = 1 << 1;

  /** Response flag: every server sets it. */
  public static final int AWAIT_CAPABLE = 1 << 3;

  private static final String RULE = "OP_REPLY";
  static final int DOCUMENT_OFFSET = MessageHeader.LENGTH + 20;

  private final ByteBuf frame;
  private final BsonView document;

  private OpReply(ByteBuf frame, BsonView document) {
    this.frame = frame;
    this.document = document;
  }

  /** The frame's length is checked by the caller. */
  static OpReply parse(ByteBuf frame) {
    int base = frame.readerIndex();
    int length = frame.readableBytes();
    ByteBuffer b = BsonView.bytes(frame, base, length);
    if (length < DOCUMENT_OFFSET || b.getInt(DOCUMENT_OFFSET - Integer.BYTES) != 1) {
      throw new MalformedMessageException(RULE, "the reply does not hold exactly one document");
    }
    int end = StrictScan.local().document(b, DOCUMENT_OFFSET, length, StrictScan.Unique.UNCHECKED);
    if (end != length) {
      throw new MalformedMessageException(RULE, "bytes follow the document");
    }
    return new OpReply(
        frame, new BsonView(frame, base + DOCUMENT_OFFSET, length - DOCUMENT_OFFSET));
  }

  @Override
  public MessageHeader header() {
    return MessageHeader.read(frame, frame.readerIndex());
  }

  /** The response flags. */
  public int responseFlags() {
    return frame.getIntLE(frame.readerIndex() + MessageHeader.LENGTH);
  }

  /** The document. */
  public BsonView document() {
    return document;
  }

  /**
   * A whole reply with one document. The caller releases it.
   *
   * @param responseFlags {@link #AWAIT_CAPABLE}, with {@link #QUERY_FAILURE} for a failed find
   */
  public static ByteBuf encode(
      ByteBufAllocator allocator,
      int requestId,
      int responseTo,
      int responseFlags,
      BsonDocument document) {
    byte[] bytes = BsonView.encode(document);
    int length = DOCUMENT_OFFSET + bytes.length;
    ByteBuf out = allocator.buffer(length);
    new MessageHeader(length, requestId, responseTo, OpCode.OP_REPLY.number()).write(out);
    return out.writeIntLE(responseFlags)
        .writeLongLE(0)
        .writeIntLE(0)
        .writeIntLE(1)
        .writeBytes(bytes);
  }

  @Override
  public String toString() {
    return "OpReply[" + header() + "]";
  }
}
