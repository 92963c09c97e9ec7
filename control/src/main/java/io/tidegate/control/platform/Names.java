package io.tidegate.control.platform;

import java.util.regex.Pattern;

/** What people may call things. */
public final class Names {
  private static final Pattern SLUG = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
  private static final int LONGEST_TEXT = 2000;

  private Names() {}

  /**
   * A slug: 1 to 63 lower-case letters, digits, dots, dashes and underscores.
   *
   * @param field what to call it in the refusal
   */
  public static String slug(String field, String value) {
    if (!SLUG.matcher(value).matches()) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          field
              + " must be 1 to 63 lower-case letters, digits, dots, dashes and underscores, with a"
              + " letter or digit at both ends.");
    }
    return value;
  }

  /** Free text of at most 2000 characters, without control characters but line ends and tabs. */
  public static String text(String field, String value) {
    if (value.length() > LONGEST_TEXT) {
      throw new Refused(
          ErrorCode.BAD_INPUT, field + " must have at most " + LONGEST_TEXT + " characters.");
    }
    boolean clean =
        value.chars().allMatch(c -> c == '\n' || c == '\t' || !Character.isISOControl(c));
    if (!clean) {
      throw new Refused(ErrorCode.BAD_INPUT, field + " must not have control characters.");
    }
    return value.strip();
  }
}
