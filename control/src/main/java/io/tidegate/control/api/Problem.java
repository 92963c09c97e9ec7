package io.tidegate.control.api;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A refusal as problem+json, RFC 9457.
 *
 * @param code the stable name
 * @param detail which rule, with the facts of this case
 * @param next what to do next
 * @param instance under which the server's log has more; null where there is no more
 */
public record Problem(
    String type,
    String title,
    int status,
    String code,
    String detail,
    String next,
    @Nullable String instance) {

  public static final String MEDIA_TYPE = "application/problem+json";

  public static Problem of(Refused refused) {
    return of(refused.code(), refused.detail(), refused.next(), null);
  }

  public static Problem of(ErrorCode code, String detail) {
    return of(code, detail, code.next(), null);
  }

  static Problem internal(UUID instance) {
    return of(
        ErrorCode.INTERNAL,
        "The server's log has the cause.",
        ErrorCode.INTERNAL.next(),
        "urn:uuid:" + instance);
  }

  private static Problem of(ErrorCode code, String detail, String next, @Nullable String instance) {
    return new Problem(
        "urn:tidegate:problem:" + code.code().replace('_', '-'),
        code.title(),
        code.status(),
        code.code(),
        detail,
        next,
        instance);
  }
}
