package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.HexFormat;
import java.util.List;
import org.bson.BsonDocument;

/** Messages for tests, right ones and broken ones. */
final class Messages {
  private Messages() {}

  static ByteBuf msg(String json) {
    return msg(0, json);
  }

  static ByteBuf msg(int flagBits, String json, OpMsg.Sequence... sequences) {
    return OpMsg.encode(
        UnpooledByteBufAllocator.DEFAULT,
        7,
        0,
        flagBits,
        BsonDocument.parse(json),
        List.of(sequences));
  }

  static OpMsg.Sequence sequence(String identifier, String... documents) {
    return new OpMsg.Sequence(
        identifier, List.of(documents).stream().map(BsonDocument::parse).toList());
  }

  /** A message made of a header with the right length, flag bits, and these bytes. */
  static ByteBuf raw(int flagBits, String hexSections) {
    byte[] sections = HexFormat.of().parseHex(hexSections.replace(" ", ""));
    ByteBuf out = Unpooled.buffer();
    new MessageHeader(20 + sections.length, 7, 0, 2013).write(out);
    return out.writeIntLE(flagBits).writeBytes(sections);
  }

  static String hex(ByteBuf buf) {
    byte[] bytes = new byte[buf.readableBytes()];
    buf.getBytes(buf.readerIndex(), bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** The bytes of a document as hex. */
  static String hex(String json) {
    return HexFormat.of().formatHex(BsonView.encode(BsonDocument.parse(json)));
  }

  static byte[] bytes(ByteBuf buf) {
    byte[] bytes = new byte[buf.readableBytes()];
    buf.getBytes(buf.readerIndex(), bytes);
    return bytes;
  }
}
