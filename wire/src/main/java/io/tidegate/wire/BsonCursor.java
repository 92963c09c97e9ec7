package io.tidegate.wire;

import io.netty.buffer.ByteBuf;

/**
 * Walks the elements of one document in their order, without allocation. Before the first {@link
 * #next()} and after the last it stands on no element. Nested documents are stepped over by their
 * length.
 *
 * <p>On a view that was not checked (see {@link BsonView#shallow}) {@code next} throws {@link
 * MalformedMessageException} at a wrong length; it never reads outside the view.
 */
public final class BsonCursor extends BsonElement {
  private final int end;
  private int position;

  BsonCursor(BsonView view) {
    super(view.buf);
    position = view.offset + Integer.BYTES;
    end = view.offset + view.length - 1;
  }

  /** Steps to the next element; false at the end. */
  public boolean next() {
    int start = position;
    if (start >= end) {
      return false;
    }
    ByteBuf bytes = buf;
    int nameStart = start + 1;
    int nameEnd = nameStart;
    while (bytes.getByte(nameEnd) != 0) {
      if (++nameEnd >= end) {
        throw new MalformedMessageException("F6", "a key is not ended");
      }
    }
    int value = nameEnd + 1;
    int room = end - value;
    int length = valueLength(bytes, bytes.getByte(start), value, room);
    if (length < 0 || length > room) {
      throw new MalformedMessageException("F6", "an element does not fit in its document");
    }
    typeStart = start;
    nameLength = nameEnd - nameStart;
    valueStart = value;
    valueLength = length;
    position = value + length;
    return true;
  }

  private static int valueLength(ByteBuf b, byte type, int value, int room) {
    return switch (type) {
      case 0x06, 0x0A, 0x7F, (byte) 0xFF -> 0;
      case 0x08 -> 1;
      case 0x10 -> 4;
      case 0x01, 0x09, 0x11, 0x12 -> 8;
      case 0x07 -> 12;
      case 0x13 -> 16;
      case 0x02, 0x0D, 0x0E -> sized(b, value, room, Integer.BYTES, 1);
      case 0x03, 0x04 -> sized(b, value, room, 0, StrictScan.MIN_DOCUMENT);
      case 0x0F -> sized(b, value, room, 0, 4 + 5 + StrictScan.MIN_DOCUMENT);
      case 0x05 -> sized(b, value, room, Integer.BYTES + 1, 0);
      case 0x0C -> {
        int text = sized(b, value, room, Integer.BYTES, 1);
        yield text < 0 ? -1 : text + 12;
      }
      case 0x0B -> {
        int at = value;
        int limit = value + room;
        for (int texts = 0; texts < 2; texts++) {
          while (at < limit && b.getByte(at) != 0) {
            at++;
          }
          at++;
        }
        yield at - value;
      }
      default -> -1;
    };
  }

  /** A length field and what it announces plus {@code extra} bytes; -1 when that cannot be. */
  private static int sized(ByteBuf b, int value, int room, int extra, int least) {
    if (room < Integer.BYTES) {
      return -1;
    }
    int length = b.getIntLE(value);
    return length < least || length > room - extra ? -1 : length + extra;
  }
}
