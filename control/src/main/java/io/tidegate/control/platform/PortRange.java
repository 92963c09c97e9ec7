package io.tidegate.control.platform;

/** Ports from the first to the last, both of them included; written like {@code 27100-27999}. */
public record PortRange(int first, int last) {
  public PortRange {
    if (first < 1 || last > 65_535 || first > last) {
      throw new IllegalArgumentException("a range of ports lies within 1-65535");
    }
  }

  /** Reads {@code 27100-27999}, as settings have it. */
  public static PortRange valueOf(String text) {
    if (!text.matches("[0-9]{1,5}-[0-9]{1,5}")) {
      throw new IllegalArgumentException("a range of ports is written like 27100-27999");
    }
    int dash = text.indexOf('-');
    return new PortRange(
        Integer.parseInt(text, 0, dash, 10), Integer.parseInt(text, dash + 1, text.length(), 10));
  }

  /** As {@link #valueOf} reads it. */
  @Override
  public String toString() {
    return first + "-" + last;
  }
}
