package io.tidegate.control.portal.view;

import org.jspecify.annotations.Nullable;

/**
 * What an act did, or why it was refused.
 *
 * @param text one sentence
 * @param next what to do now; null when nothing has to be done
 * @param rule the stable name of the rule that refused; null when nothing was refused
 */
public record Notice(Tone tone, String text, @Nullable String next, @Nullable String rule) {

  public static Notice done(String text) {
    return new Notice(Tone.OPEN, text, null, null);
  }

  public static Notice refused(String text, String next, String rule) {
    return new Notice(Tone.NO, text, next, rule);
  }
}
