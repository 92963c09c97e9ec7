package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.ApiException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Dates in documents: ISO 8601, with any offset; shown in UTC. */
final class Dates {
  private Dates() {}

  static @Nullable Instant read(String field, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw ApiException.field(
          field, "must be a date and time in ISO 8601, such as 2026-11-25T00:00:00Z");
    }
  }

  static @Nullable String shown(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }
}
