package io.tidegate.access;

/**
 * The sentence of a refusal: {@code tidegate: rule <id> denies <command> on <namespace>: <why>;
 * <what to do next>}.
 */
public final class Denial {
  private static final int LONGEST_NAME = 200;

  private Denial() {}

  /** The sentence for a rule in the rule's own words. */
  public static String sentence(RuleId rule, String command, String on, String requestUrl) {
    return sentence(rule, command, on, rule.says(), requestUrl);
  }

  static String sentence(RuleId rule, String command, String on, String why, String requestUrl) {
    return "tidegate: rule "
        + rule.id()
        + " denies "
        + printable(command)
        + " on "
        + printable(on)
        + ": "
        + why
        + "; "
        + rule.next(requestUrl);
  }

  /** What a client chose, made fit for one line of a log: short, and without control characters. */
  static String printable(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), LONGEST_NAME) + 1);
    int shown = 0;
    for (int i = 0; i < text.length() && shown < LONGEST_NAME; i++, shown++) {
      char c = text.charAt(i);
      out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    if (text.length() > LONGEST_NAME) {
      out.append('…');
    }
    return out.toString();
  }
}
