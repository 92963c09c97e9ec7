package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/**
 * One element of a document, read in place. The accessors for a type that the element is not throw
 * {@link IllegalStateException}; ask {@link #type()} or {@link #isNumber()} first. Valid while the
 * frame is retained.
 */
public class BsonElement {
  private static final BsonType[] TYPES = new BsonType[256];

  static {
    for (BsonType type : BsonType.values()) {
      TYPES[type.getValue() & 0xff] = type;
    }
  }

  final ByteBuf buf;
  int typeStart;
  int nameLength;
  int valueStart;
  int valueLength;

  BsonElement(ByteBuf buf) {
    this.buf = buf;
  }

  /** The type of the value. */
  public final BsonType type() {
    return TYPES[buf.getByte(typeStart) & 0xff];
  }

  /** The key; a shared String for the names of the protocol. */
  public final String name() {
    return KnownNames.text(buf, typeStart + 1, nameLength);
  }

  /** Whether the key is exactly this ASCII text; allocates nothing. */
  public final boolean nameEquals(String ascii) {
    return KnownNames.equals(buf, typeStart + 1, nameLength, ascii);
  }

  /** Whether the key is this ASCII text, whatever the case of its letters; allocates nothing. */
  public final boolean nameEqualsIgnoreCase(String ascii) {
    return KnownNames.equalsIgnoreCase(buf, typeStart + 1, nameLength, ascii);
  }

  /** Whether the key begins with this ASCII character. */
  public final boolean nameStartsWith(char ascii) {
    return nameLength > 0 && buf.getByte(typeStart + 1) == ascii;
  }

  /** Bytes of the whole element: type, key and value. */
  public final int byteLength() {
    return valueStart + valueLength - typeStart;
  }

  /** Whether the value is a double, int32, int64 or decimal128. */
  public final boolean isNumber() {
    return switch (type()) {
      case DOUBLE, INT32, INT64, DECIMAL128 -> true;
      default -> false;
    };
  }

  /** Whether the value is a string. */
  public final boolean isString() {
    return type() == BsonType.STRING;
  }

  /** Whether the value is a document (not an array). */
  public final boolean isDocument() {
    return type() == BsonType.DOCUMENT;
  }

  /** Whether the value is an array. */
  public final boolean isArray() {
    return type() == BsonType.ARRAY;
  }

  /** A number as int; out of range numbers are cut to the nearest int. */
  public final int intValue() {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, longValue()));
  }

  /** A number as long; fractions are dropped, out of range numbers cut to the nearest long. */
  public final long longValue() {
    BsonType type = type();
    return switch (type) {
      case INT32 -> buf.getIntLE(valueStart);
      case INT64 -> buf.getLongLE(valueStart);
      case DOUBLE, DECIMAL128 -> (long) doubleValue();
      default -> throw not("a number", type);
    };
  }

  /** A number as double. */
  public final double doubleValue() {
    BsonType type = type();
    return switch (type) {
      case INT32 -> buf.getIntLE(valueStart);
      case INT64 -> buf.getLongLE(valueStart);
      case DOUBLE -> buf.getDoubleLE(valueStart);
      case DECIMAL128 -> decimal128().doubleValue();
      default -> throw not("a number", type);
    };
  }

  /** A boolean. */
  public final boolean booleanValue() {
    BsonType type = type();
    if (type != BsonType.BOOLEAN) {
      throw not("a boolean", type);
    }
    return buf.getByte(valueStart) != 0;
  }

  /** As the server takes a flag: true, or any number but zero. Other types count as false. */
  public final boolean isTruthy() {
    return switch (type()) {
      case BOOLEAN -> booleanValue();
      case INT32, INT64, DOUBLE, DECIMAL128 -> doubleValue() != 0;
      default -> false;
    };
  }

  /** The text of a string, symbol or code. */
  public final String string() {
    return KnownNames.text(buf, valueStart + Integer.BYTES, textLength());
  }

  /** Whether the text of a string, symbol or code is exactly this; allocates nothing. */
  public final boolean stringEquals(String ascii) {
    return KnownNames.equals(buf, valueStart + Integer.BYTES, textLength(), ascii);
  }

  private int textLength() {
    BsonType type = type();
    return switch (type) {
      case STRING, SYMBOL, JAVASCRIPT -> valueLength - Integer.BYTES - 1;
      default -> throw not("a string", type);
    };
  }

  /** The document or array that is the value. */
  public final BsonView document() {
    BsonType type = type();
    if (type != BsonType.DOCUMENT && type != BsonType.ARRAY) {
      throw not("a document or array", type);
    }
    return new BsonView(buf, valueStart, valueLength);
  }

  /** A copy of the bytes of a binary. */
  public final byte[] binary() {
    BsonType type = type();
    if (type != BsonType.BINARY) {
      throw not("a binary", type);
    }
    int skip = Integer.BYTES + 1 + (binarySubtype() == 2 ? Integer.BYTES : 0);
    byte[] bytes = new byte[valueLength - skip];
    buf.getBytes(valueStart + skip, bytes);
    return bytes;
  }

  /** The subtype of a binary. */
  public final byte binarySubtype() {
    BsonType type = type();
    if (type != BsonType.BINARY) {
      throw not("a binary", type);
    }
    return buf.getByte(valueStart + Integer.BYTES);
  }

  /** An object id. */
  public final ObjectId objectId() {
    BsonType type = type();
    if (type != BsonType.OBJECT_ID) {
      throw not("an object id", type);
    }
    byte[] bytes = new byte[12];
    buf.getBytes(valueStart, bytes);
    return new ObjectId(bytes);
  }

  /** A UTC date, in milliseconds since the epoch. */
  public final long dateTime() {
    BsonType type = type();
    if (type != BsonType.DATE_TIME) {
      throw not("a date", type);
    }
    return buf.getLongLE(valueStart);
  }

  /** A decimal128. */
  public final Decimal128 decimal128() {
    BsonType type = type();
    if (type != BsonType.DECIMAL128) {
      throw not("a decimal128", type);
    }
    return Decimal128.fromIEEE754BIDEncoding(
        buf.getLongLE(valueStart + Long.BYTES), buf.getLongLE(valueStart));
  }

  /** The value decoded and copied out of the buffer, whatever its type. */
  public final BsonValue value() {
    int length = byteLength();
    byte[] bytes = new byte[Integer.BYTES + length + 1];
    buf.getBytes(typeStart, bytes, Integer.BYTES, length);
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[i] = (byte) (bytes.length >>> (8 * i));
    }
    BsonDocument document = BsonView.decode(bytes);
    return document.values().iterator().next();
  }

  private IllegalStateException not(String wanted, BsonType type) {
    return new IllegalStateException(
        "the value of "
            + buf.toString(typeStart + 1, nameLength, StandardCharsets.UTF_8)
            + " is "
            + type
            + ", not "
            + wanted);
  }

  @Override
  public String toString() {
    // Never the value: elements hold the data of the database.
    return "BsonElement[" + name() + ": " + type() + "]";
  }
}
