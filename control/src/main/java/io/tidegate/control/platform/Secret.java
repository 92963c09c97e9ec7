package io.tidegate.control.platform;

/** A secret on its way through one call. Prints as {@code <hidden>}. */
public record Secret(String reveal) {
  @Override
  public String toString() {
    return "<hidden>";
  }
}
