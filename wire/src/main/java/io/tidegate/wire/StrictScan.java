package io.tidegate.wire;

import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The strict pass over BSON (rule F6): one walk over the bytes with no recursion and no allocation
 * an element. Accepts a document only when every length adds up, every text ends with its NUL and
 * is UTF-8, every type is known, nesting is at most {@value #MAX_DEPTH} and no key stands twice
 * where that could make two readers see two things.
 *
 * <p>One scan serves one thread; {@link #local()} hands out the thread's own. What it learnt of the
 * last document is in its accessors until the next call.
 */
final class StrictScan {
  /** Documents within documents, the outermost counted; the server's own limit for stored data. */
  static final int MAX_DEPTH = 180;

  /**
   * Bytes of one document: 16 MiB and the 16 KiB that the server allows for the command around it.
   */
  static final int MAX_DOCUMENT = 16 * 1024 * 1024 + 16 * 1024;

  /** The smallest document: its length and its end. */
  static final int MIN_DOCUMENT = 5;

  /** Where keys may not stand twice. */
  enum Unique {
    /** Nowhere asked: replies of the server. */
    UNCHECKED,
    /** In the document itself: data within a document sequence. */
    TOP_LEVEL,
    /** In it and every document within: a command's body, where pipelines and filters are. */
    EVERY_LEVEL
  }

  private static final long LOW_BITS = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final int PAIRWISE = 12;
  private static final int KEEP_KEYS = 16 * 1024;
  private static final int MAX_COLLISIONS = 16;

  private static final long DB_KEY = word("$db");
  private static final long WHERE_KEY = word("$where");
  private static final byte[] FUNCTION_KEY = ascii("$function");
  private static final byte[] ACCUMULATOR_KEY = ascii("$accumulator");
  private static final byte[] INTERNAL_JS_PREFIX = ascii("$_internalJs");

  private static final FastThreadLocal<StrictScan> LOCAL =
      new FastThreadLocal<>() {
        @Override
        protected StrictScan initialValue() {
          // The seed only spreads keys over a table; no result depends on it.
          return new StrictScan(ThreadLocalRandom.current().nextLong() | 1);
        }
      };

  private final long seed;
  private final int[] ends = new int[MAX_DEPTH];
  private final int[] keyBases = new int[MAX_DEPTH];
  private long[] keyWords = new long[256];
  private int[] keyStarts = new int[256];
  private int[] table = new int[64];

  private boolean javaScript;
  private int databaseValue;
  private int firstKeyLength;

  StrictScan(long seed) {
    this.seed = seed;
  }

  static StrictScan local() {
    return LOCAL.get();
  }

  /** Whether the last document holds code or a key that makes the server run code. */
  boolean javaScript() {
    return javaScript;
  }

  /**
   * Index of the string that is the top-level {@code $db} of the last document; 0 when there is
   * none, -1 when it is no string.
   */
  int databaseValue() {
    return databaseValue;
  }

  /** Bytes of the first key of the last document; -1 when it is empty. */
  int firstKeyLength() {
    return firstKeyLength;
  }

  /**
   * Checks the document that starts at {@code offset} and ends at or before {@code limit}.
   *
   * @param b little-endian; absolute reads only
   * @return the index after the document
   */
  int document(ByteBuffer b, int offset, int limit, Unique unique) {
    javaScript = false;
    databaseValue = 0;
    firstKeyLength = -1;
    try {
      return walk(b, offset, limit, unique);
    } finally {
      if (keyWords.length > KEEP_KEYS) {
        keyWords = new long[256];
        keyStarts = new int[256];
      }
      if (table.length > KEEP_KEYS * 4) {
        table = new int[64];
      }
    }
  }

  private int walk(ByteBuffer b, int offset, int limit, Unique unique) {
    int safe = b.limit() - Long.BYTES;
    int depth = 0;
    int end = endOf(b, offset, limit);
    ends[0] = end;
    keyBases[0] = 0;
    int keys = 0;
    boolean collecting = unique != Unique.UNCHECKED;
    boolean nested = unique == Unique.EVERY_LEVEL;
    boolean collect = collecting;
    int pos = offset + Integer.BYTES;
    while (true) {
      if (pos == end) {
        if (collect) {
          int base = keyBases[depth];
          refuseDuplicates(b, base, keys);
          keys = base;
        }
        pos++;
        if (depth == 0) {
          return pos;
        }
        depth--;
        end = ends[depth];
        collect = collecting && keyBases[depth] >= 0 && (nested || depth == 0);
        continue;
      }
      byte type = b.get(pos++);
      if (type == 0) {
        throw bson("a document ends before its announced length");
      }

      // The key: eight bytes at a time, hashing on the way; a key of up to 7 bytes is its own hash.
      int keyStart = pos;
      long hash = seed;
      long first = 0;
      long marks = 0;
      int keyLength;
      while (true) {
        long word;
        if (pos <= safe) {
          word = b.getLong(pos);
        } else {
          word = tail(b, pos);
        }
        long zero = (word - LOW_BITS) & ~word & HIGH_BITS;
        if (zero != 0) {
          int count = Long.numberOfTrailingZeros(zero) >>> 3;
          word = count == 0 ? 0 : word & (-1L >>> (64 - 8 * count));
          marks |= word;
          keyLength = pos + count - keyStart;
          if (keyLength < Long.BYTES) {
            first = word;
            hash = word;
          } else {
            hash = mix(hash, word) | Long.MIN_VALUE;
          }
          break;
        }
        if (pos >= end) {
          throw bson("a key is not ended");
        }
        marks |= word;
        if (pos == keyStart) {
          first = word;
        }
        hash = mix(hash, word);
        pos += Long.BYTES;
      }
      pos = keyStart + keyLength;
      if (pos >= end) {
        throw bson("a key is not ended");
      }
      if ((marks & HIGH_BITS) != 0) {
        checkUtf8(b, keyStart, pos);
      }
      pos++;
      if ((first & 0xff) == '$') {
        if (depth == 0 && keyLength == 3 && first == DB_KEY) {
          databaseValue = type == 2 ? pos : -1;
        } else if (!javaScript) {
          javaScript = runsCode(b, keyStart, keyLength, first);
        }
      }
      if (depth == 0 && firstKeyLength < 0) {
        firstKeyLength = keyLength;
      }
      if (collect) {
        if (keys == keyWords.length) {
          growKeys();
        }
        keyWords[keys] = hash;
        keyStarts[keys++] = keyStart;
      }

      switch (type) {
        case 0x01, 0x09, 0x11, 0x12 -> pos += 8; // double, UTC date, timestamp, int64
        case 0x02, 0x0E -> pos = text(b, pos, end); // string, symbol
        case 0x03, 0x04 -> { // document, array
          int inner = endOf(b, pos, end);
          if (++depth == MAX_DEPTH) {
            throw bson("documents are nested deeper than " + MAX_DEPTH);
          }
          ends[depth] = inner;
          collect = nested && type == 0x03;
          keyBases[depth] = collect ? keys : -1;
          end = inner;
          pos += Integer.BYTES;
        }
        case 0x05 -> pos = binary(b, pos, end);
        case 0x06, 0x0A, 0x7F, (byte) 0xFF -> {} // undefined, null, max key, min key
        case 0x07 -> pos += 12; // object id
        case 0x08 -> {
          if (pos < end && (b.get(pos) & 0xfe) != 0) {
            throw bson("a boolean is neither 0 nor 1");
          }
          pos += 1;
        }
        case 0x0B -> pos = cstring(b, cstring(b, pos, end), end); // regular expression
        case 0x0C -> pos = text(b, pos, end) + 12; // DBPointer
        case 0x0D -> { // code
          javaScript = true;
          pos = text(b, pos, end);
        }
        case 0x0F -> { // code with scope: a length around a string and a document
          javaScript = true;
          if (end - pos < 4 + 5 + MIN_DOCUMENT) {
            throw tooShort();
          }
          int total = b.getInt(pos);
          if (total < 4 + 5 + MIN_DOCUMENT || total > end - pos) {
            throw bson("code with scope has a wrong length");
          }
          int whole = pos + total;
          pos = text(b, pos + Integer.BYTES, whole);
          int inner = endOf(b, pos, whole);
          if (inner + 1 != whole) {
            throw bson("code with scope has a wrong length");
          }
          if (++depth == MAX_DEPTH) {
            throw bson("documents are nested deeper than " + MAX_DEPTH);
          }
          ends[depth] = inner;
          collect = nested;
          keyBases[depth] = collect ? keys : -1;
          end = inner;
          pos += Integer.BYTES;
        }
        case 0x10 -> pos += 4; // int32
        case 0x13 -> pos += 16; // decimal128
        default -> throw bson("an element has the unknown type " + (type & 0xff));
      }
      if (pos > end) {
        throw tooShort();
      }
    }
  }

  /** Checks the frame of a document and returns the index of its last byte, the NUL. */
  private static int endOf(ByteBuffer b, int offset, int limit) {
    if (limit - offset < MIN_DOCUMENT) {
      throw tooShort();
    }
    int length = b.getInt(offset);
    if (length < MIN_DOCUMENT || length > limit - offset || length > MAX_DOCUMENT) {
      throw bson("a document has the wrong length " + length);
    }
    int end = offset + length - 1;
    if (b.get(end) != 0) {
      throw bson("a document is not ended");
    }
    return end;
  }

  private static int text(ByteBuffer b, int pos, int end) {
    if (end - pos < Integer.BYTES + 1) {
      throw tooShort();
    }
    int length = b.getInt(pos);
    int start = pos + Integer.BYTES;
    if (length < 1 || length > end - start) {
      throw bson("a string has the wrong length " + length);
    }
    int last = start + length - 1;
    if (b.get(last) != 0) {
      throw bson("a string is not ended");
    }
    checkText(b, start, last);
    return last + 1;
  }

  /** Reads UTF-8 up to its NUL; the NUL must stand before {@code end}. */
  static int cstring(ByteBuffer b, int pos, int end) {
    int i = pos;
    while (true) {
      if (i >= end) {
        throw bson("a text is not ended");
      }
      if (b.get(i) == 0) {
        break;
      }
      i++;
    }
    checkText(b, pos, i);
    return i + 1;
  }

  private static int binary(ByteBuffer b, int pos, int end) {
    if (end - pos < Integer.BYTES + 1) {
      throw tooShort();
    }
    int length = b.getInt(pos);
    int start = pos + Integer.BYTES + 1;
    if (length < 0 || length > end - start) {
      throw bson("a binary has the wrong length " + length);
    }
    // Subtype 2 repeats the length inside.
    if (b.get(start - 1) == 2
        && (length < Integer.BYTES || b.getInt(start) != length - Integer.BYTES)) {
      throw bson("an old binary has the wrong length");
    }
    return start + length;
  }

  private static void checkText(ByteBuffer b, int from, int to) {
    int i = from;
    int words = to - Long.BYTES;
    while (i <= words) {
      if ((b.getLong(i) & HIGH_BITS) != 0) {
        checkUtf8(b, i, to);
        return;
      }
      i += Long.BYTES;
    }
    for (; i < to; i++) {
      if (b.get(i) < 0) {
        checkUtf8(b, i, to);
        return;
      }
    }
  }

  /** Unicode 15.0 table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
  private static void checkUtf8(ByteBuffer b, int from, int to) {
    int i = from;
    while (i < to) {
      int lead = b.get(i++) & 0xff;
      if (lead < 0x80) {
        continue;
      }
      int low = 0x80;
      int high = 0xBF;
      int more;
      if (lead >= 0xC2 && lead <= 0xDF) {
        more = 1;
      } else if (lead >= 0xE0 && lead <= 0xEF) {
        more = 2;
        low = lead == 0xE0 ? 0xA0 : 0x80;
        high = lead == 0xED ? 0x9F : 0xBF;
      } else if (lead >= 0xF0 && lead <= 0xF4) {
        more = 3;
        low = lead == 0xF0 ? 0x90 : 0x80;
        high = lead == 0xF4 ? 0x8F : 0xBF;
      } else {
        throw notUtf8();
      }
      if (to - i < more) {
        throw notUtf8();
      }
      int second = b.get(i++) & 0xff;
      if (second < low || second > high) {
        throw notUtf8();
      }
      for (int n = 1; n < more; n++) {
        if ((b.get(i++) & 0xC0) != 0x80) {
          throw notUtf8();
        }
      }
    }
  }

  private static boolean runsCode(ByteBuffer b, int start, int length, long first) {
    if (length == 6) {
      return first == WHERE_KEY;
    }
    return (length == FUNCTION_KEY.length && startsWith(b, start, FUNCTION_KEY))
        || (length == ACCUMULATOR_KEY.length && startsWith(b, start, ACCUMULATOR_KEY))
        || (length >= INTERNAL_JS_PREFIX.length && startsWith(b, start, INTERNAL_JS_PREFIX));
  }

  private static boolean startsWith(ByteBuffer b, int start, byte[] prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if (b.get(start + i) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private void refuseDuplicates(ByteBuffer b, int from, int to) {
    int count = to - from;
    if (count <= PAIRWISE) {
      for (int i = from + 1; i < to; i++) {
        long hash = keyWords[i];
        for (int j = from; j < i; j++) {
          if (keyWords[j] == hash && sameKey(b, i, j)) {
            throw duplicate();
          }
        }
      }
      return;
    }
    int size = Integer.highestOneBit(count) << 2;
    if (table.length < size) {
      table = new int[size];
    } else {
      Arrays.fill(table, 0, size, 0);
    }
    int shift = 64 - Integer.numberOfTrailingZeros(size);
    int collisions = 0;
    for (int i = from; i < to; i++) {
      long hash = keyWords[i];
      int slot = (int) ((hash * seed) >>> shift);
      for (int other = table[slot]; other != 0; other = table[slot]) {
        if (keyWords[other - 1] == hash) {
          if (sameKey(b, i, other - 1)) {
            throw duplicate();
          }
          // Two of 2^63 by chance never; many only when somebody made them to slow us down.
          if (++collisions > MAX_COLLISIONS) {
            throw bson("the keys of a document are made to collide");
          }
        }
        slot = (slot + 1) & (size - 1);
      }
      table[slot] = i + 1;
    }
  }

  private boolean sameKey(ByteBuffer b, int i, int j) {
    int x = keyStarts[i];
    int y = keyStarts[j];
    while (true) {
      byte character = b.get(x++);
      if (character != b.get(y++)) {
        return false;
      }
      if (character == 0) {
        return true;
      }
    }
  }

  private void growKeys() {
    int size = keyWords.length * 2;
    keyWords = Arrays.copyOf(keyWords, size);
    keyStarts = Arrays.copyOf(keyStarts, size);
  }

  private static long mix(long hash, long word) {
    long mixed = (hash ^ word) * 0x9E3779B97F4A7C15L;
    return mixed ^ (mixed >>> 32);
  }

  /** The last bytes of the buffer as a word, NULs after them. */
  private static long tail(ByteBuffer b, int pos) {
    long word = 0;
    for (int i = Math.min(b.limit(), pos + Long.BYTES) - 1; i >= pos; i--) {
      word = word << 8 | (b.get(i) & 0xff);
    }
    return word;
  }

  private static long word(String ascii) {
    long word = 0;
    for (int i = ascii.length() - 1; i >= 0; i--) {
      word = word << 8 | ascii.charAt(i);
    }
    return word;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static MalformedMessageException tooShort() {
    return bson("an element does not fit in its document");
  }

  private static MalformedMessageException duplicate() {
    return bson("a key stands twice in a document");
  }

  private static MalformedMessageException notUtf8() {
    return bson("a text is not UTF-8");
  }

  private static MalformedMessageException bson(String sentence) {
    return new MalformedMessageException("F6", sentence);
  }
}
