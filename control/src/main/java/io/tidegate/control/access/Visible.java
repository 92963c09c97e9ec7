package io.tidegate.control.access;

import io.tidegate.control.platform.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Fills a page with what a person may see, reading on where rows had to be left out. */
final class Visible {
  /** After every identifier, in any collation: lists newest first start before it. */
  private static final String END = "zzzz";

  private Visible() {}

  /**
   * One more than the page holds, when there are so many; for {@link Page#cut}.
   *
   * @param read reads rows before a key, newest first, at most so many
   */
  static <T> List<T> page(
      Page.Ask ask,
      BiFunction<String, Integer, List<T>> read,
      Function<T, String> key,
      Predicate<T> visible) {
    int wanted = ask.limit() + 1;
    List<T> found = new ArrayList<>();
    String before = ask.after().isEmpty() ? END : ask.after();
    while (true) {
      List<T> rows = read.apply(before, wanted);
      for (T row : rows) {
        if (found.size() < wanted && visible.test(row)) {
          found.add(row);
        }
      }
      if (rows.size() < wanted || found.size() >= wanted) {
        return found;
      }
      before = key.apply(rows.getLast());
    }
  }
}
