package io.tidegate.control.atlas.surface;

/**
 * Which page of a list is asked for.
 *
 * @param number the first is 1
 * @param size how many on a page, 1 to 500
 * @param count whether to say how many there are
 */
public record Paging(int number, int size, boolean count) {
  public static final int USUAL = 100;
  public static final int MOST = 500;

  /** How many come before the page. */
  public long offset() {
    return (number - 1L) * size;
  }
}
