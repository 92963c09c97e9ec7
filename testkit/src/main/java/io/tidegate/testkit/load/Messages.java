package io.tidegate.testkit.load;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** OP_MSG with a body section only, to and from documents. */
final class Messages {

  private Messages() {}

  /** A whole frame; the request id is patched in where it is sent. */
  static byte[] encode(int responseTo, BsonDocument body) {
    var raw = new RawBsonDocument(body, new BsonDocumentCodec()).getByteBuffer();
    int length = FrameHandler.BODY + raw.remaining();
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(length).putInt(1).putInt(responseTo).putInt(FrameHandler.OP_MSG);
    out.putInt(0).put((byte) 0);
    out.put(raw.asNIO());
    return out.array();
  }

  /** The body of a frame. */
  static BsonDocument body(ByteBuf buffer, int start) {
    int at = start + FrameHandler.BODY;
    byte[] bytes = new byte[buffer.getIntLE(at)];
    buffer.getBytes(at, bytes);
    return new RawBsonDocument(bytes).decode(new BsonDocumentCodec());
  }
}
