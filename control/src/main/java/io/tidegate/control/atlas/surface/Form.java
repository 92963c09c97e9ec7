package io.tidegate.control.atlas.surface;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A body of {@code application/x-www-form-urlencoded}, each name once (RFC 6749 section 3.2). */
public final class Form {
  private static final int LONGEST = 16 * 1024;

  private final Map<String, String> values;

  private Form(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * Reads a body.
   *
   * @throws ApiException 400 when it is no form
   */
  public static Form of(byte[] body) {
    if (body.length > LONGEST) {
      throw ApiException.badRequest("The form is longer than anything that is sent here.");
    }
    Map<String, String> values = new HashMap<>();
    String text = new String(body, StandardCharsets.ISO_8859_1).strip();
    for (String pair : text.isEmpty() ? new String[0] : text.split("&", -1)) {
      int equal = pair.indexOf('=');
      Optional<String> name = decode(equal < 0 ? pair : pair.substring(0, equal));
      Optional<String> value = decode(equal < 0 ? "" : pair.substring(equal + 1));
      if (name.isEmpty() || value.isEmpty() || values.put(name.get(), value.get()) != null) {
        throw ApiException.badRequest(
            "The body is not a form in UTF-8 that has each name once. Send"
                + " application/x-www-form-urlencoded.");
      }
    }
    return new Form(values);
  }

  /** A value; empty when it is missing or has no characters. */
  public Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  /** One name or value, decoded; empty when its encoding is wrong. */
  public static Optional<String> decode(String text) {
    return Percent.decodeForm(text);
  }
}
