package io.tidegate.control.portal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The files that are shipped with the portal.
 *
 * @param version a short hash over their content, which their addresses carry
 */
record Assets(String version) {
  private static final List<String> VERSIONED =
      List.of(
          "tide.css",
          "theme.js",
          "tidegate.js",
          "mark.svg",
          "tabler/tabler.min.css",
          "htmx/htmx.min.js",
          "htmx/sse.js");

  /**
   * @throws IllegalStateException when the build left one out
   */
  static Assets shipped() {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      for (String name : VERSIONED) {
        try (InputStream file = Assets.class.getResourceAsStream("/static/assets/" + name)) {
          if (file == null) {
            throw new IllegalStateException("The portal was built without its file " + name);
          }
          hash.update(file.readAllBytes());
        }
      }
      return new Assets(HexFormat.of().formatHex(hash.digest(), 0, 5));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
