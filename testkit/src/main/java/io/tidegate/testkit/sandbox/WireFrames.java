package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/**
 * Decodes whole frames and encodes replies: OP_MSG, and OP_QUERY on a {@code $cmd} collection. As a
 * current mongod, it takes no other opcode.
 */
final class WireFrames {

  static final int MAX_FRAME = 48_000_000;

  private static final int OP_REPLY = 1;
  private static final int OP_QUERY = 2004;
  private static final int OP_MSG = 2013;
  private static final int CHECKSUM_PRESENT = 1;
  private static final int MORE_TO_COME = 1 << 1;

  private static final AtomicInteger IDS = new AtomicInteger();

  private WireFrames() {}

  /** Decodes one frame, header included. Throws {@link CorruptedFrameException} on a bad one. */
  static WireRequest decode(ByteBuf frame) {
    int start = frame.readerIndex();
    int length = frame.readIntLE();
    int requestId = frame.readIntLE();
    frame.skipBytes(4);
    int opCode = frame.readIntLE();
    return switch (opCode) {
      case OP_MSG -> message(frame, start, length, requestId);
      case OP_QUERY -> query(frame, requestId);
      default -> throw new CorruptedFrameException("opcode " + opCode + " is not served");
    };
  }

  private static WireRequest message(ByteBuf frame, int start, int length, int requestId) {
    int flags = frame.readIntLE();
    if ((flags & 0xFFFF & ~(CHECKSUM_PRESENT | MORE_TO_COME)) != 0) {
      throw new CorruptedFrameException("unknown required flag bits " + flags);
    }
    int end = start + length;
    if ((flags & CHECKSUM_PRESENT) != 0) {
      end -= 4;
      var crc = new CRC32C();
      crc.update(frame.nioBuffer(start, length - 4));
      if ((int) crc.getValue() != frame.getIntLE(end)) {
        throw new CorruptedFrameException("the message does not match its checksum");
      }
    }
    Document body = null;
    var sequences = new Document();
    while (frame.readerIndex() < end) {
      int kind = frame.readByte();
      if (kind == 0 && body == null) {
        body = BsonDecoder.decodeBson(frame);
      } else if (kind == 1) {
        int sectionEnd = frame.readerIndex() + frame.getIntLE(frame.readerIndex());
        frame.skipBytes(4);
        String identifier = BsonDecoder.decodeCString(frame);
        List<Document> documents = new ArrayList<>();
        while (frame.readerIndex() < sectionEnd) {
          documents.add(BsonDecoder.decodeBson(frame));
        }
        sequences.put(identifier, documents);
      } else {
        throw new CorruptedFrameException("section of kind " + kind);
      }
    }
    if (body == null || body.isEmpty() || !(body.get("$db") instanceof String database)) {
      throw new CorruptedFrameException("a message without a body or without $db");
    }
    body.putAll(sequences);
    return new WireRequest(requestId, false, (flags & MORE_TO_COME) != 0, database, body);
  }

  private static WireRequest query(ByteBuf frame, int requestId) {
    frame.skipBytes(4);
    String namespace = BsonDecoder.decodeCString(frame);
    frame.skipBytes(8);
    Document body = BsonDecoder.decodeBson(frame);
    if (body.get("$query") instanceof Document inner) {
      body = inner;
    }
    if (!namespace.endsWith(".$cmd") || body.isEmpty()) {
      throw new CorruptedFrameException("OP_QUERY on " + namespace);
    }
    String database = namespace.substring(0, namespace.length() - ".$cmd".length());
    return new WireRequest(requestId, true, false, database, body);
  }

  /** Encodes the reply to a request in the opcode family of the request. */
  static ByteBuf encode(ByteBufAllocator allocator, WireRequest request, Document reply) {
    ByteBuf out = allocator.buffer(1024);
    boolean done = false;
    try {
      out.writeIntLE(0);
      out.writeIntLE(IDS.incrementAndGet());
      out.writeIntLE(request.requestId());
      if (request.legacy()) {
        out.writeIntLE(OP_REPLY);
        out.writeIntLE(8);
        out.writeLongLE(0);
        out.writeIntLE(0);
        out.writeIntLE(1);
      } else {
        out.writeIntLE(OP_MSG);
        out.writeIntLE(0);
        out.writeByte(0);
      }
      BsonEncoder.encodeDocument(reply, out);
      out.setIntLE(0, out.readableBytes());
      done = true;
      return out;
    } finally {
      if (!done) {
        out.release();
      }
    }
  }
}
