package io.tidegate.control.api;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fields of JSON bodies that must be there, or in a certain form. */
public final class Require {
  private Require() {}

  public static <T> T field(String name, @Nullable T value) {
    if (value == null) {
      throw new Refused(ErrorCode.BAD_INPUT, "The field '" + name + "' is required.");
    }
    return value;
  }

  public static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }

  /** An ISO-8601 duration such as {@code PT1H}; null when there is none. */
  public static @Nullable Duration duration(String name, @Nullable String value) {
    if (value == null || value.isBlank()) {
      return null;
    }
    try {
      return Duration.parse(value.strip());
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "The field '" + name + "' must be an ISO-8601 duration such as PT1H or PT30M.");
    }
  }

  /** One of an enum's names, in any case. */
  public static <E extends Enum<E>> E oneOf(Class<E> type, String name, String value) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value.strip().replace('-', '_'))) {
        return constant;
      }
    }
    throw new Refused(
        ErrorCode.BAD_INPUT,
        "'"
            + name
            + "' must be one of "
            + Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "))
            + ".");
  }
}
