package io.tidegate.control.atlas.surface;

import java.util.List;

/**
 * A refusal that only this API has: of its own media types, paths and documents. What a service
 * refuses is a {@link io.tidegate.control.platform.Refused}, and is mapped to one of these.
 */
public final class ApiException extends RuntimeException {
  private final transient ApiError error;

  public ApiException(ApiError error) {
    super(error.detail(), null, false, false);
    this.error = error;
  }

  public static ApiException badRequest(String detail) {
    return new ApiException(ApiError.of(400, "VALIDATION_ERROR", detail));
  }

  /** One field of the body, or one parameter, is not as it must be. */
  public static ApiException field(String field, String description) {
    return new ApiException(ApiError.fields(List.of(new ApiError.Field(field, description))));
  }

  public ApiError error() {
    return error;
  }
}
