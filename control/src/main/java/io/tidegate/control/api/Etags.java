package io.tidegate.control.api;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/** Versions as entity tags: {@code "7"}. */
public final class Etags {
  private Etags() {}

  public static <T> ResponseEntity<T> ok(T body, long version) {
    return ResponseEntity.ok().eTag(tag(version)).body(body);
  }

  public static String tag(long version) {
    return "\"" + version + "\"";
  }

  /**
   * The version that a change was made on.
   *
   * @throws Refused version-required when there is none, bad-input when it is not one of ours
   */
  public static long required(@Nullable String ifMatch) {
    if (ifMatch == null || ifMatch.isBlank()) {
      throw new Refused(ErrorCode.VERSION_REQUIRED, "The header If-Match is missing.");
    }
    String text = ifMatch.strip();
    if (text.matches("\"[0-9]{1,18}\"")) {
      return Long.parseLong(text.substring(1, text.length() - 1));
    }
    throw new Refused(ErrorCode.BAD_INPUT, "If-Match must be one ETag that was given out here.");
  }
}
