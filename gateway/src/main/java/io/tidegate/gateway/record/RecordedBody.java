package io.tidegate.gateway.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonView;
import io.tidegate.wire.MessageHeader;
import io.tidegate.wire.OpMsg;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * The body of a command as a recording keeps it: one BSON document in which document sequences are
 * arrays, secrets are taken out, and what is too long is left out. Works on frames that passed the
 * strict check, byte by byte, without decoding.
 */
final class RecordedBody {
  /** Their own fields hold secrets; few, rare and small, so they are decoded. */
  private static final Set<String> SECRETIVE =
      Set.of(
          "createUser",
          "updateUser",
          "authenticate",
          "copydb",
          "copydbsaslstart",
          "saslStart",
          "saslContinue");

  private static final Set<String> SECRETS = Set.of("pwd", "password", "key", "payload", "nonce");

  private static final String TRUNCATED_NAME = "$truncated";

  /** {@code "$truncated": true}, as an element. */
  private static final byte[] TRUNCATED = truncated();

  private static final int ARRAY_OVERHEAD = 16;

  private final byte[] bytes;
  private final boolean whole;

  private RecordedBody(byte[] bytes, boolean whole) {
    this.bytes = bytes;
    this.whole = whole;
  }

  /** A BSON document. */
  byte[] bytes() {
    return bytes;
  }

  /** Whether nothing was left out for its length. */
  boolean whole() {
    return whole;
  }

  /**
   * @param frame a whole OP_MSG that was checked
   * @param most bytes of the result
   */
  static RecordedBody of(String command, ByteBuf frame, int most) {
    Writer writer = new Writer(Math.min(frame.readableBytes() + 64, most + 64), most);
    int flags = OpMsg.flagBits(frame);
    int end = frame.writerIndex() - ((flags & OpMsg.CHECKSUM_PRESENT) != 0 ? Integer.BYTES : 0);
    int bodyAt = -1;
    for (int at = frame.readerIndex() + MessageHeader.LENGTH + Integer.BYTES; at < end; ) {
      boolean body = frame.getByte(at) == 0;
      int size = frame.getIntLE(at + 1);
      if (body) {
        bodyAt = at + 1;
      }
      at += 1 + size;
    }
    if (bodyAt >= 0) {
      writer.elements(frame, bodyAt);
    }
    for (int at = frame.readerIndex() + MessageHeader.LENGTH + Integer.BYTES; at < end; ) {
      int size = frame.getIntLE(at + 1);
      if (frame.getByte(at) == 1) {
        writer.sequence(frame, at + 1 + Integer.BYTES, at + 1 + size);
      }
      at += 1 + size;
    }
    RecordedBody body = new RecordedBody(writer.finish(), !writer.cut);
    return SECRETIVE.contains(command) ? body.withoutSecrets() : body;
  }

  /** What stands for a body that could not be put together. */
  static RecordedBody missing() {
    Writer writer = new Writer(64, 64);
    writer.cut = true;
    return new RecordedBody(writer.finish(), false);
  }

  /** The same without secrets; looks at names only, so that no value can be in the way. */
  private RecordedBody withoutSecrets() {
    ByteBuf from = Unpooled.wrappedBuffer(bytes);
    Writer writer = new Writer(bytes.length + 64, Integer.MAX_VALUE);
    BsonCursor cursor = BsonView.shallow(from, 0).cursor();
    int position = Integer.BYTES;
    while (cursor.next()) {
      int size = cursor.byteLength();
      if (SECRETS.contains(cursor.name())) {
        writer.string(cursor.name(), "<hidden>");
      } else {
        writer.copy(from, position, size);
      }
      position += size;
    }
    return new RecordedBody(writer.finish(), whole);
  }

  private static byte[] truncated() {
    byte[] name = TRUNCATED_NAME.getBytes(StandardCharsets.US_ASCII);
    byte[] element = new byte[1 + name.length + 1 + 1];
    element[0] = 0x08;
    System.arraycopy(name, 0, element, 1, name.length);
    element[element.length - 1] = 1;
    return element;
  }

  /** Puts a document together as long as there is room. */
  private static final class Writer {
    private final int most;
    private byte[] out;
    private int length = Integer.BYTES;
    private boolean cut;

    Writer(int capacity, int most) {
      this.out = new byte[capacity];
      this.most = most;
    }

    private boolean fits(int more) {
      return more <= most - length - TRUNCATED.length - 1;
    }

    private void room(int more) {
      if (length + more > out.length) {
        out = Arrays.copyOf(out, Math.max(length + more, out.length * 2));
      }
    }

    private void copy(ByteBuf from, int at, int count) {
      room(count);
      from.getBytes(at, out, length, count);
      length += count;
    }

    /** The elements of the document that starts there: all at once if they fit, else one by one. */
    void elements(ByteBuf from, int at) {
      int size = from.getIntLE(at) - Integer.BYTES - 1;
      if (fits(size)) {
        copy(from, at + Integer.BYTES, size);
        return;
      }
      cut = true;
      var cursor = BsonView.shallow(from, at).cursor();
      int position = at + Integer.BYTES;
      while (cursor.next()) {
        int bytes = cursor.byteLength();
        if (fits(bytes)) {
          copy(from, position, bytes);
        }
        position += bytes;
      }
    }

    /** A sequence as an array of as many of its documents as fit. */
    void sequence(ByteBuf from, int at, int end) {
      int nameEnd = from.indexOf(at, end, (byte) 0);
      int nameBytes = nameEnd + 1 - at;
      if (!fits(1 + nameBytes + ARRAY_OVERHEAD)) {
        cut = true;
        return;
      }
      room(1);
      out[length++] = 0x04;
      copy(from, at, nameBytes);
      int sizeAt = length;
      room(Integer.BYTES);
      length += Integer.BYTES;
      int index = 0;
      for (int position = nameEnd + 1; position < end; index++) {
        int size = from.getIntLE(position);
        byte[] key = Integer.toString(index).getBytes(StandardCharsets.US_ASCII);
        if (!fits(1 + key.length + 1 + size + 1)) {
          cut = true;
          break;
        }
        room(1 + key.length + 1);
        out[length++] = 0x03;
        System.arraycopy(key, 0, out, length, key.length);
        length += key.length;
        out[length++] = 0;
        copy(from, position, size);
        position += size;
      }
      room(1);
      out[length++] = 0;
      int32(sizeAt, length - sizeAt);
    }

    byte[] finish() {
      if (cut) {
        dropForeignMark();
        room(TRUNCATED.length);
        System.arraycopy(TRUNCATED, 0, out, length, TRUNCATED.length);
        length += TRUNCATED.length;
      }
      room(1);
      out[length++] = 0;
      int32(0, length);
      return out.length == length ? out : Arrays.copyOf(out, length);
    }

    /** Only we say that something was left out: a client's own word of that name goes. */
    private void dropForeignMark() {
      room(1);
      out[length] = 0;
      int32(0, length + 1);
      byte[] before = Arrays.copyOf(out, length + 1);
      BsonCursor cursor = BsonView.shallow(Unpooled.wrappedBuffer(before), 0).cursor();
      int position = Integer.BYTES;
      length = Integer.BYTES;
      while (cursor.next()) {
        int size = cursor.byteLength();
        if (!cursor.nameEquals(TRUNCATED_NAME)) {
          System.arraycopy(before, position, out, length, size);
          length += size;
        }
        position += size;
      }
    }

    /** A string element. */
    void string(String name, String value) {
      byte[] key = name.getBytes(StandardCharsets.UTF_8);
      byte[] text = value.getBytes(StandardCharsets.UTF_8);
      room(1 + key.length + 1 + Integer.BYTES + text.length + 1);
      out[length++] = 0x02;
      System.arraycopy(key, 0, out, length, key.length);
      length += key.length;
      out[length++] = 0;
      int32(length, text.length + 1);
      length += Integer.BYTES;
      System.arraycopy(text, 0, out, length, text.length);
      length += text.length;
      out[length++] = 0;
    }

    private void int32(int at, int value) {
      out[at] = (byte) value;
      out[at + 1] = (byte) (value >> 8);
      out[at + 2] = (byte) (value >> 16);
      out[at + 3] = (byte) (value >> 24);
    }
  }
}
