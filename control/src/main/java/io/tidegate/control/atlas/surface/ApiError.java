package io.tidegate.control.atlas.surface;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * The error envelope.
 *
 * @param error the HTTP status
 * @param errorCode the name that clients branch on
 * @param reason the status in words
 * @param detail which rule, with the facts of this case, and what to do next
 * @param parameters the values that the detail speaks of
 */
public record ApiError(
    int error,
    String errorCode,
    String reason,
    String detail,
    List<String> parameters,
    @Nullable BadRequestDetail badRequestDetail) {

  /** The fields that are wrong. */
  public record BadRequestDetail(List<Field> fields) {
    public BadRequestDetail {
      fields = List.copyOf(fields);
    }
  }

  /** A field and what is wrong with it; never its value, which may be a secret. */
  public record Field(String field, String description) {}

  public ApiError {
    parameters = List.copyOf(parameters);
  }

  public static ApiError of(int status, String errorCode, String detail, String... parameters) {
    HttpStatus known = HttpStatus.resolve(status);
    return new ApiError(
        status,
        errorCode,
        known == null ? "Error" : known.getReasonPhrase(),
        detail,
        List.of(parameters),
        null);
  }

  public static ApiError fields(List<Field> fields) {
    ApiError plain =
        of(
            400,
            "VALIDATION_ERROR",
            fields.stream()
                .map(field -> field.field() + " " + field.description() + ".")
                .collect(Collectors.joining(" ")),
            fields.stream().map(Field::field).toArray(String[]::new));
    return new ApiError(
        plain.error(),
        plain.errorCode(),
        plain.reason(),
        plain.detail(),
        plain.parameters(),
        new BadRequestDetail(fields));
  }
}
