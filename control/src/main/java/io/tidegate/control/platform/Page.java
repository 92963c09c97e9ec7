package io.tidegate.control.platform;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor what to send to get the page after this one; null on the last
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {

  public Page {
    items = List.copyOf(items);
  }

  /**
   * What is asked of a list.
   *
   * @param limit the most items, 1 to 200
   * @param cursor opaque, from the page before; null for the first page
   */
  public record Ask(int limit, @Nullable String cursor) {
    public static final int MOST = 200;
    public static final int USUAL = 50;

    public Ask {
      if (limit < 1 || limit > MOST) {
        throw new Refused(ErrorCode.BAD_INPUT, "limit must be between 1 and " + MOST + ".");
      }
    }

    public static Ask first() {
      return new Ask(USUAL, null);
    }

    public static Ask of(@Nullable Integer limit, @Nullable String cursor) {
      return new Ask(
          limit == null ? USUAL : limit, cursor == null || cursor.isBlank() ? null : cursor);
    }

    /** The key that the next page starts after; the empty string when this is the first page. */
    public String after() {
      if (cursor == null) {
        return "";
      }
      try {
        return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw new Refused(ErrorCode.BAD_INPUT, "The cursor is not one that this list gave out.");
      }
    }
  }

  /** Cuts a page from rows of which one more than the limit was read. */
  public static <T> Page<T> cut(List<T> rows, Ask ask, Function<T, String> key) {
    if (rows.size() <= ask.limit()) {
      return new Page<>(rows, null);
    }
    List<T> items = rows.subList(0, ask.limit());
    String last = key.apply(items.getLast());
    return new Page<>(
        items,
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(last.getBytes(StandardCharsets.UTF_8)));
  }

  public <R> Page<R> map(Function<? super T, ? extends R> to) {
    return new Page<>(items.stream().<R>map(to).toList(), nextCursor);
  }
}
