package io.tidegate.gateway.session;

/**
 * Text that a client or a target chose, on its way into events and recordings: as long as they
 * like, so it is cut.
 */
public final class ClientText {
  private ClientText() {}

  /** No more than so many characters of the text. */
  public static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }
}
