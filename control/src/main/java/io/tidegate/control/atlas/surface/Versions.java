package io.tidegate.control.atlas.surface;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one operation, and which of them a request asks for: the newest that is not newer
 * than the date in {@code application/vnd.atlas.DATE+json}. A request without a date gets the
 * newest dated one.
 */
record Versions(List<ApiVersion> all, Format format) {
  private static final Pattern VENDORED =
      Pattern.compile("application/vnd\\.atlas\\.([a-z0-9-]+)\\+(json|gzip)");

  /** How an operation answers. */
  enum Format {
    JSON,
    GZIP
  }

  /**
   * What was settled.
   *
   * @param version null where there are no versions
   * @param mediaType what the answer says it is
   */
  record Settled(@Nullable ApiVersion version, String mediaType) {}

  Versions {
    all = all.stream().sorted().toList();
  }

  static Versions of(List<String> declared) {
    List<ApiVersion> versions = new ArrayList<>();
    Format format = Format.JSON;
    for (String text : declared) {
      boolean gzip = text.endsWith("+gzip");
      if (gzip) {
        format = Format.GZIP;
      }
      String name = gzip ? text.substring(0, text.length() - "+gzip".length()) : text;
      versions.add(
          ApiVersion.of(name)
              .orElseThrow(() -> new IllegalArgumentException("no version: " + text)));
    }
    return new Versions(versions, format);
  }

  /** As they are declared. */
  List<String> declared() {
    return all.stream()
        .map(version -> format == Format.GZIP ? version + "+gzip" : version.name())
        .toList();
  }

  /**
   * @throws ApiException 406 when nothing that is accepted can be sent, 415 for a body that is no
   *     JSON
   */
  Settled settle(@Nullable String accept, @Nullable String contentType) {
    if (contentType != null && !isJson(contentType)) {
      throw new ApiException(
          ApiError.of(
              415,
              "UNSUPPORTED_MEDIA_TYPE",
              "The body must be JSON, with Content-Type application/json or"
                  + " application/vnd.atlas.DATE+json."));
    }
    if (accept == null || accept.isBlank()) {
      return settled(contentType == null ? Optional.empty() : dated(contentType), null);
    }
    boolean any = false;
    for (String range : accept.split(",", -1)) {
      String type = bare(range);
      Matcher vendored = VENDORED.matcher(type);
      if (vendored.matches()) {
        if (Format.valueOf(vendored.group(2).toUpperCase(Locale.ROOT)) == format) {
          return settled(Optional.of(vendored.group(1)), type);
        }
      } else if (type.equals("*/*")
          || type.equals("application/*")
          || (format == Format.JSON && type.equals("application/json"))
          || (format == Format.GZIP && type.equals("application/gzip"))) {
        any = true;
      }
    }
    if (any) {
      return settled(contentType == null ? Optional.empty() : dated(contentType), null);
    }
    throw notAcceptable();
  }

  private Settled settled(Optional<String> date, @Nullable String asked) {
    ApiVersion version = date.map(this::notAfter).orElseGet(this::newest);
    String format = this.format == Format.GZIP ? "gzip" : "json";
    return new Settled(
        version,
        asked == null
            ? this.format == Format.GZIP ? "application/gzip" : "application/json"
            : "application/vnd.atlas." + version + "+" + format);
  }

  private ApiVersion newest() {
    return all.stream()
        .filter(version -> !version.preview())
        .max(Comparator.naturalOrder())
        .orElseGet(all::getLast);
  }

  private ApiVersion notAfter(String name) {
    ApiVersion asked = ApiVersion.of(name).orElseThrow(this::notAcceptable);
    if (asked.preview()) {
      return all.stream().filter(ApiVersion::preview).findFirst().orElseThrow(this::notAcceptable);
    }
    return all.stream()
        .filter(version -> !version.preview() && version.compareTo(asked) <= 0)
        .max(Comparator.naturalOrder())
        .orElseThrow(this::notAcceptable);
  }

  private ApiException notAcceptable() {
    return new ApiException(
        ApiError.of(
            406,
            "INVALID_VERSION_DATE",
            "This operation has the versions "
                + all.stream().map(ApiVersion::name).collect(Collectors.joining(", "))
                + ". Send Accept: application/vnd.atlas.DATE+"
                + format.name().toLowerCase(Locale.ROOT)
                + " with one of them, or a later date."));
  }

  private static Optional<String> dated(String contentType) {
    Matcher vendored = VENDORED.matcher(bare(contentType));
    return vendored.matches() ? Optional.of(vendored.group(1)) : Optional.empty();
  }

  private static boolean isJson(String contentType) {
    String type = bare(contentType);
    Matcher vendored = VENDORED.matcher(type);
    return type.equals("application/json")
        || (vendored.matches() && vendored.group(2).equals("json"))
        // What a body-less request of some clients carries.
        || type.isEmpty();
  }

  /** Without parameters, in lower case. */
  private static String bare(String mediaType) {
    return Arrays.stream(mediaType.split(";", -1))
        .findFirst()
        .orElse("")
        .strip()
        .toLowerCase(Locale.ROOT);
  }
}
