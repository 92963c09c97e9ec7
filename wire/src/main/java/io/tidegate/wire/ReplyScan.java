package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the facts of a {@link ReplySummary} from an answer that passes in pieces, of which it keeps
 * none: documents of a batch are counted and stepped over, and a few hundred bytes of small fields
 * are copied out. It says what {@link ReplySummary#of} says of the whole answer.
 *
 * <p>Only for an OP_MSG whose first section is its body, as servers send it; see {@link #reads}.
 */
public final class ReplyScan {
  private static final int BODY_AT = MessageHeader.LENGTH + Integer.BYTES + 1;

  /** Longer keys than this are none that are looked for. */
  private static final int NAME = 24;

  /** Longer values than this are stepped over; a namespace has 255 bytes at most. */
  private static final int VALUE = 512;

  private enum Within {
    /** The answer's body. */
    TOP,
    /** Its {@code cursor}. */
    CURSOR,
    /** A batch or the write errors: elements are counted. */
    LIST
  }

  private enum Reading {
    /** Flags and the length of the body. */
    HEAD,
    TYPE,
    KEY,
    /** What says how long the value is. */
    LENGTH,
    /** A value that is kept. */
    VALUE,
    /** A value, or a part of one, that is stepped over. */
    SKIP,
    /** Two texts that end where they end. */
    TEXTS,
    DONE
  }

  private Reading reading = Reading.HEAD;
  private long position;
  private int flags;

  // Where it is: documents within documents, each with its end.
  private final Within[] within = new Within[3];
  private final long[] ends = new long[3];
  private int depth = -1;

  // The element that is being read, as far as it is kept.
  private final byte[] element = new byte[1 + NAME + 1 + VALUE];
  private int kept;
  private int keyLength;
  private byte type;

  /** Bytes to come until something happens. */
  private long toCome;

  private int textsLeft;

  // What was found.
  private final Kept top = new Kept();
  private final Kept cursor = new Kept();
  private int count;
  private int returned = -1;
  private int writeErrors;
  private boolean topologyVersion;

  /** Elements that are kept. */
  private static final class Kept {
    private byte[] bytes = new byte[128];
    private int length;

    void add(byte[] element, int size) {
      if (length + size > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + size));
      }
      System.arraycopy(element, 0, bytes, length, size);
      length += size;
    }
  }

  /**
   * Whether an answer can be read in pieces.
   *
   * @param head its first {@link FrameDecoder#HEAD} bytes, from the reader index on
   */
  public static boolean reads(ByteBuf head) {
    return MessageHeader.opCode(head) == OpCode.OP_MSG.number()
        && head.getByte(head.readerIndex() + BODY_AT - 1) == 0;
  }

  /**
   * Reads the next piece; moves no index.
   *
   * @throws MalformedMessageException when the top level of the answer is broken
   */
  public void read(ByteBuf piece) {
    int at = piece.readerIndex();
    int end = piece.writerIndex();
    while (at < end) {
      int before = at;
      at =
          switch (reading) {
            case HEAD -> head(piece, at);
            case TYPE -> type(piece, at);
            case KEY -> key(piece, at, end);
            case LENGTH, VALUE -> keep(piece, at, end);
            case SKIP -> skip(at, end);
            case TEXTS -> texts(piece, at, end);
            case DONE -> end;
          };
      position += at - before;
      happened();
    }
  }

  /** The first piece holds the head. */
  private int head(ByteBuf piece, int at) {
    flags = piece.getIntLE(at + MessageHeader.LENGTH);
    long total = piece.getIntLE(at) & 0xffffffffL;
    int body = piece.getIntLE(at + BODY_AT);
    enter(Within.TOP, BODY_AT, body, total);
    return at + BODY_AT + Integer.BYTES;
  }

  private void enter(Within what, long start, int length, long limit) {
    if (length < StrictScan.MIN_DOCUMENT || start + length > limit) {
      throw new MalformedMessageException("F6", "a document has a wrong length or end");
    }
    depth++;
    within[depth] = what;
    ends[depth] = start + length;
    reading = Reading.TYPE;
  }

  private int type(ByteBuf piece, int at) {
    type = piece.getByte(at);
    boolean last = position + 1 == ends[depth];
    if (last != (type == 0)) {
      throw new MalformedMessageException("F6", "a document has a wrong length or end");
    }
    if (last) {
      leave();
    } else {
      element[0] = type;
      kept = 1;
      keyLength = 0;
      reading = Reading.KEY;
    }
    return at + 1;
  }

  private void leave() {
    if (within[depth] == Within.LIST) {
      if (within[depth - 1] == Within.TOP) {
        writeErrors = count;
      } else {
        returned = count;
      }
    }
    depth--;
    reading = depth < 0 ? Reading.DONE : Reading.TYPE;
  }

  private int key(ByteBuf piece, int at, int end) {
    int next = at;
    while (next < end) {
      byte one = piece.getByte(next++);
      if (keyLength < NAME) {
        element[kept++] = one;
      } else if (keyLength == NAME) {
        // Too long to be any that matters.
        kept = 1;
      }
      if (one == 0) {
        if (keyLength > NAME) {
          element[kept++] = 0;
        }
        reading = Reading.LENGTH;
        beginValue(position + (next - at));
        return next;
      }
      keyLength++;
    }
    checkRoom(next - at);
    return next;
  }

  private void checkRoom(long more) {
    if (position + more >= ends[depth]) {
      throw new MalformedMessageException("F6", "an element does not fit in its document");
    }
  }

  /** By its type, what of the value tells its length. */
  private void beginValue(long start) {
    switch (within[depth]) {
      case LIST -> count++;
      case TOP -> topologyVersion |= named("topologyVersion");
      case CURSOR -> {}
    }
    switch (type) {
      case 0x06, 0x0A, 0x7F, (byte) 0xFF -> value(start, 0);
      case 0x08 -> value(start, 1);
      case 0x10 -> value(start, 4);
      case 0x01, 0x09, 0x11, 0x12 -> value(start, 8);
      case 0x07 -> value(start, 12);
      case 0x13 -> value(start, 16);
      case 0x02, 0x03, 0x04, 0x05, 0x0C, 0x0D, 0x0E, 0x0F -> {
        fits(start, Integer.BYTES);
        toCome = Integer.BYTES;
      }
      case 0x0B -> {
        textsLeft = 2;
        reading = Reading.TEXTS;
      }
      default ->
          throw new MalformedMessageException("F6", "an element does not fit in its document");
    }
  }

  private void fits(long start, long length) {
    if (length < 0 || start + length >= ends[depth]) {
      throw new MalformedMessageException("F6", "an element does not fit in its document");
    }
  }

  /** The value's length, or the length of its rest, is known. */
  private void value(long start, long length) {
    fits(start, length);
    toCome = length;
    boolean small = kept + length <= element.length;
    reading = small && matters() ? Reading.VALUE : Reading.SKIP;
  }

  private boolean matters() {
    return switch (within[depth]) {
      case TOP ->
          named("ok") || named("n") || named("code") || named("codeName") || named("nModified");
      case CURSOR -> named("id") || named("ns");
      case LIST -> false;
    };
  }

  private boolean named(String name) {
    if (keyLength != name.length()) {
      return false;
    }
    for (int i = 0; i < keyLength; i++) {
      if (element[1 + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int keep(ByteBuf piece, int at, int end) {
    int take = (int) Math.min(toCome, end - at);
    piece.getBytes(at, element, kept, take);
    kept += take;
    toCome -= take;
    return at + take;
  }

  private int skip(int at, int end) {
    int take = (int) Math.min(toCome, end - at);
    toCome -= take;
    return at + take;
  }

  private int texts(ByteBuf piece, int at, int end) {
    int next = at;
    while (next < end && textsLeft > 0) {
      if (piece.getByte(next++) == 0) {
        textsLeft--;
      }
    }
    checkRoom(next - at);
    if (textsLeft == 0) {
      reading = Reading.TYPE;
    }
    return next;
  }

  /** What follows when all that was to come has come. */
  private void happened() {
    while (toCome == 0) {
      switch (reading) {
        case LENGTH -> sized();
        case VALUE -> {
          (within[depth] == Within.TOP ? top : cursor).add(element, kept);
          reading = Reading.TYPE;
        }
        case SKIP -> reading = Reading.TYPE;
        case HEAD, TYPE, KEY, TEXTS, DONE -> {
          return;
        }
      }
    }
  }

  private void sized() {
    int length =
        (element[kept - 4] & 0xff)
            | (element[kept - 3] & 0xff) << 8
            | (element[kept - 2] & 0xff) << 16
            | (element[kept - 1] & 0xff) << 24;
    switch (type) {
      case 0x03, 0x04 -> {
        Within inner = inner();
        if (inner == null) {
          if (length < StrictScan.MIN_DOCUMENT) {
            throw new MalformedMessageException("F6", "an element does not fit in its document");
          }
          rest(length - 4L);
        } else {
          if (inner == Within.LIST) {
            count = 0;
          }
          toCome = -1;
          enter(inner, position - 4, length, ends[depth] - 1);
        }
      }
      case 0x02, 0x0D, 0x0E -> atLeast(length, 1, length);
      case 0x05 -> atLeast(length, 0, length + 1L);
      case 0x0C -> atLeast(length, 1, length + 12L);
      case 0x0F -> atLeast(length, 4 + 5 + StrictScan.MIN_DOCUMENT, length - 4L);
      default -> throw new IllegalStateException("type " + type + " has no length");
    }
  }

  private void atLeast(int length, int least, long rest) {
    if (length < least) {
      throw new MalformedMessageException("F6", "an element does not fit in its document");
    }
    rest(rest);
  }

  private void rest(long length) {
    if (type == 0x03 || type == 0x04) {
      fits(position, length);
      toCome = length;
      reading = Reading.SKIP;
    } else {
      value(position, length);
    }
  }

  /** What a document or array is that has to be looked into; null where it has not. */
  private @Nullable Within inner() {
    return switch (within[depth]) {
      case TOP ->
          type == 0x03 && named("cursor")
              ? Within.CURSOR
              : type == 0x04 && named("writeErrors") ? Within.LIST : null;
      case CURSOR ->
          type == 0x04 && (named("firstBatch") || named("nextBatch")) ? Within.LIST : null;
      case LIST -> null;
    };
  }

  /** Whether a {@code topologyVersion} has been seen so far. */
  public boolean topologyVersion() {
    return topologyVersion;
  }

  /**
   * The facts, when the last piece was read.
   *
   * @throws MalformedMessageException when the answer ended within its body
   */
  public ReplySummary summary() {
    if (reading != Reading.DONE) {
      throw new MalformedMessageException("F6", "a document has a wrong length or end");
    }
    ByteBuf body = Unpooled.buffer(64 + top.length + cursor.length);
    body.writeIntLE(0).writeBytes(top.bytes, 0, top.length);
    if (cursor.length > 0) {
      body.writeByte(0x03).writeBytes(new byte[] {'c', 'u', 'r', 's', 'o', 'r', 0});
      body.writeIntLE(Integer.BYTES + cursor.length + 1);
      body.writeBytes(cursor.bytes, 0, cursor.length).writeByte(0);
    }
    body.writeByte(0);
    body.setIntLE(0, body.readableBytes());
    return ReplySummary.counted(
        BsonView.shallow(body, 0),
        (flags & OpMsg.MORE_TO_COME) != 0,
        returned,
        writeErrors,
        topologyVersion);
  }
}
