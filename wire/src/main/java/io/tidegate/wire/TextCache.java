package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The names of databases and collections that this thread saw last, so that a connection that works
 * on few of them makes no new String a message. Small, one slot a hash, overwritten freely.
 */
final class TextCache {
  private static final int SLOTS = 256;
  private static final int LONGEST = 64;

  private static final FastThreadLocal<TextCache> LOCAL =
      new FastThreadLocal<>() {
        @Override
        protected TextCache initialValue() {
          return new TextCache();
        }
      };

  private final @Nullable String[] texts = new String[SLOTS];

  static TextCache local() {
    return LOCAL.get();
  }

  String text(ByteBuf buf, int index, int length) {
    if (length > LONGEST) {
      return buf.toString(index, length, StandardCharsets.UTF_8);
    }
    int hash = length;
    for (int i = 0; i < length; i++) {
      hash = hash * 31 + buf.getByte(index + i);
    }
    int slot = (hash ^ hash >>> 8 ^ hash >>> 16) & (SLOTS - 1);
    String text = texts[slot];
    // Only ASCII is compared equal, so a cached text beyond ASCII is simply never found.
    if (text == null || !KnownNames.equals(buf, index, length, text)) {
      text = buf.toString(index, length, StandardCharsets.UTF_8);
      texts[slot] = text;
    }
    return text;
  }
}
