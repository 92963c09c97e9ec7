package io.tidegate.control.portal;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;

/** What cuts somebody off is confirmed by typing the name of what they lose. */
final class Confirmed {
  private Confirmed() {}

  static void byName(String typed, String name) {
    if (!typed.strip().equals(name)) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "It was not confirmed: the typed name is not '" + name + "'.",
          "Go back, type the name as it is written, and press the button again.");
    }
  }
}
