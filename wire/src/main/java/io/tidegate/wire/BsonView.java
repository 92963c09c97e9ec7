package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A read-only BSON document (or array) in place, over a buffer that it does not own: valid while
 * the frame is retained, and only as long as nobody writes to it.
 */
public final class BsonView {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();
  private static final DecoderContext DECODING = DecoderContext.builder().build();
  private static final EncoderContext ENCODING = EncoderContext.builder().build();

  final ByteBuf buf;
  final int offset;
  final int length;

  BsonView(ByteBuf buf, int offset, int length) {
    this.buf = buf;
    this.offset = offset;
    this.length = length;
  }

  /**
   * The document that starts at this absolute index, after the strict check of it; it may end
   * before the buffer does. Duplicate keys are refused at its top level.
   *
   * @throws MalformedMessageException rule F6
   */
  public static BsonView of(ByteBuf buf, int offset) {
    int readable = buf.writerIndex() - offset;
    ByteBuffer bytes = bytes(buf, offset, readable);
    int end = StrictScan.local().document(bytes, 0, readable, StrictScan.Unique.TOP_LEVEL);
    return new BsonView(buf, offset, end);
  }

  /** A view of a document that is encoded into memory of its own. */
  public static BsonView of(BsonDocument document) {
    return of(Unpooled.wrappedBuffer(encode(document)), 0);
  }

  /**
   * The document that starts at this absolute index, of which only the outer length and end are
   * checked; the cursor checks the rest as it walks. For reading a few facts of a reply.
   *
   * @throws MalformedMessageException rule F6
   */
  public static BsonView shallow(ByteBuf buf, int offset) {
    int readable = buf.writerIndex() - offset;
    if (readable >= StrictScan.MIN_DOCUMENT) {
      int length = buf.getIntLE(offset);
      if (length >= StrictScan.MIN_DOCUMENT
          && length <= readable
          && buf.getByte(offset + length - 1) == 0) {
        return new BsonView(buf, offset, length);
      }
    }
    throw new MalformedMessageException("F6", "a document has a wrong length or end");
  }

  /**
   * The strict check alone: exactly one document from {@code offset} to {@code limit}.
   *
   * @throws MalformedMessageException rule F6
   */
  public static void validate(ByteBuf buf, int offset, int limit) {
    int length = limit - offset;
    ByteBuffer bytes = bytes(buf, offset, length);
    int end = StrictScan.local().document(bytes, 0, length, StrictScan.Unique.TOP_LEVEL);
    if (end != length) {
      throw new MalformedMessageException("F6", "bytes follow the document");
    }
  }

  /** Bytes of the document, its length field and end included. */
  public int byteLength() {
    return length;
  }

  /** Whether there is no element. */
  public boolean isEmpty() {
    return length == StrictScan.MIN_DOCUMENT;
  }

  /** A new walk over the elements. */
  public BsonCursor cursor() {
    return new BsonCursor(this);
  }

  /** The element with exactly this ASCII key, or null. */
  public @Nullable BsonElement find(String key) {
    BsonCursor cursor = cursor();
    while (cursor.next()) {
      if (cursor.nameEquals(key)) {
        return cursor;
      }
    }
    return null;
  }

  /** The first element, or null when there is none. */
  public @Nullable BsonElement first() {
    BsonCursor cursor = cursor();
    return cursor.next() ? cursor : null;
  }

  /** The bytes as a slice that shares this view's memory and is not retained. */
  public ByteBuf bytes() {
    return buf.slice(offset, length);
  }

  /** The document decoded and copied out of the buffer. */
  public BsonDocument toBsonDocument() {
    byte[] bytes = new byte[length];
    buf.getBytes(offset, bytes);
    return decode(bytes);
  }

  static BsonDocument decode(byte[] bytes) {
    try (BsonBinaryReader reader = new BsonBinaryReader(ByteBuffer.wrap(bytes))) {
      return CODEC.decode(reader, DECODING);
    }
  }

  static byte[] encode(BsonDocument document) {
    try (BasicOutputBuffer out = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
      CODEC.encode(writer, document, ENCODING);
      return out.toByteArray();
    }
  }

  static ByteBuffer bytes(ByteBuf buf, int offset, int length) {
    return buf.nioBuffer(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public String toString() {
    // Never the content: views are of the data of the database.
    return "BsonView[" + length + " bytes]";
  }
}
