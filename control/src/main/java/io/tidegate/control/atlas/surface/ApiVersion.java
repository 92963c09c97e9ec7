package io.tidegate.control.atlas.surface;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * The version of an operation's documents: a date, or the preview.
 *
 * @param name as it stands in the media type
 */
public record ApiVersion(String name) implements Comparable<ApiVersion> {
  private static final String PREVIEW = "preview";

  /** Reads {@code 2023-01-01} or {@code preview}; empty when it is neither. */
  public static Optional<ApiVersion> of(String text) {
    if (text.equals(PREVIEW)) {
      return Optional.of(new ApiVersion(text));
    }
    try {
      return Optional.of(new ApiVersion(LocalDate.parse(text).toString()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  public boolean preview() {
    return name.equals(PREVIEW);
  }

  /** Whether this is the version of that date or a later one. */
  public boolean since(String date) {
    return compareTo(new ApiVersion(date)) >= 0;
  }

  /** By date; the preview is after all of them, as letters are after digits. */
  @Override
  public int compareTo(ApiVersion other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
