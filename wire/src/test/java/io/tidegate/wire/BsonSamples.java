package io.tidegate.wire;

import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDbPointer;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/** Documents made at random, of every type of BSON. */
final class BsonSamples {
  private static final String[] KEYS = {
    "a",
    "_id",
    "exactly7",
    "exactly_8",
    "a key that is much longer than a word",
    "",
    "$where",
    "ключ",
    "$db",
    "日本語のキー",
    "find"
  };

  private BsonSamples() {}

  static BsonDocument document(Random random, int depth) {
    BsonDocument document = new BsonDocument();
    int size = random.nextInt(6);
    if (random.nextInt(20) == 0) {
      size = 20 + random.nextInt(60);
    }
    for (int i = 0; i < size; i++) {
      document.append(key(random), value(random, depth));
    }
    return document;
  }

  private static String key(Random random) {
    String key = KEYS[random.nextInt(KEYS.length)];
    return random.nextInt(3) == 0 ? key + random.nextInt(1000) : key;
  }

  static BsonValue value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 21 : 18)) {
      case 0 -> new BsonDouble(random.nextGaussian());
      case 1 -> new BsonString(text(random));
      case 2 -> new BsonBinary((byte) random.nextInt(256), bytes(random, random.nextInt(30)));
      case 3 -> new BsonUndefined();
      case 4 -> new BsonObjectId(new ObjectId(bytes(random, 12)));
      case 5 -> BsonBoolean.valueOf(random.nextBoolean());
      case 6 -> new BsonDateTime(random.nextLong());
      case 7 -> BsonNull.VALUE;
      case 8 -> new BsonRegularExpression("^" + key(random), random.nextBoolean() ? "i" : "");
      case 9 -> new BsonDbPointer(text(random), new ObjectId(bytes(random, 12)));
      case 10 -> new BsonJavaScript(text(random));
      case 11 -> new BsonSymbol(text(random));
      case 12 -> new BsonInt32(random.nextInt());
      case 13 -> new BsonTimestamp(random.nextLong());
      case 14 -> new BsonInt64(random.nextLong());
      case 15 ->
          new BsonDecimal128(
              Decimal128.fromIEEE754BIDEncoding(random.nextLong(), random.nextLong()));
      case 16 -> new BsonMinKey();
      case 17 -> new BsonMaxKey();
      case 18 -> new BsonJavaScriptWithScope(text(random), document(random, depth - 1));
      case 19 -> document(random, depth - 1);
      default -> {
        BsonArray array = new BsonArray();
        for (int i = random.nextInt(5); i > 0; i--) {
          array.add(value(random, depth - 1));
        }
        yield array;
      }
    };
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append(random.nextInt(4) == 0 ? "ü€😀\0".charAt(random.nextInt(2)) : 'x');
    }
    return random.nextInt(8) == 0 ? text + "😀\0" : text.toString();
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
