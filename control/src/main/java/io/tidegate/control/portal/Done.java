package io.tidegate.control.portal;

import io.tidegate.control.portal.view.Notice;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an act did, told on the page that it leads to. The address carries only the name ({@code
 * ?done=revoked}), so that no link can put words into the portal's mouth.
 */
enum Done {
  REQUESTED("Your request is filed. This page follows it."),
  GRANTED("It is open. Copy the command and use it."),
  ALREADY_OPEN("You had asked for this already: here it is."),
  WITHDRAWN("Your request is withdrawn."),
  APPROVED("Approved. The time runs from now."),
  REFUSED("Refused. The requester sees your reason."),
  RETURNED("Given back. Its sessions are ending."),
  REVOKED("Revoked. Every connection under it is being cut."),
  ENDED("The session is ending."),
  SAVED("Saved."),
  ADDED("Added."),
  REMOVED("Removed. What was open under it is ending."),
  RETIRED("Retired. What was open through it is ending."),
  TOKEN_REVOKED("Revoked. Nobody joins with that token."),
  DISABLED("Disabled. What was open to them is ending."),
  ENABLED("Enabled.");

  private final String sentence;

  Done(String sentence) {
    this.sentence = sentence;
  }

  /** How it is written in an address. */
  String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Notice notice() {
    return Notice.done(sentence);
  }

  static @Nullable Done of(@Nullable String code) {
    for (Done done : values()) {
      if (done.code().equals(code)) {
        return done;
      }
    }
    return null;
  }
}
