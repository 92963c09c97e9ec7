package io.tidegate.control.atlas.surface;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with the form of a document, so that the caller is told all of it at once.
 * Only form: what a value means is for the services to judge.
 */
public final class Validation {
  private final List<ApiError.Field> wrong = new ArrayList<>();

  /** Says that a field is wrong. */
  public Validation wrong(String field, String description) {
    wrong.add(new ApiError.Field(field, description));
    return this;
  }

  public Validation check(boolean right, String field, String description) {
    return right ? this : wrong(field, description);
  }

  public Validation required(String field, @Nullable Object value) {
    return check(value != null, field, "is required");
  }

  /**
   * A text that has at least and at most so many characters; nothing is wrong with a missing one.
   */
  public Validation length(String field, @Nullable String value, int least, int most) {
    return check(
        value == null || (value.length() >= least && value.length() <= most),
        field,
        "must have " + least + " to " + most + " characters");
  }

  public Validation notEmpty(String field, @Nullable Collection<?> values) {
    return check(values == null || !values.isEmpty(), field, "must not be empty");
  }

  public Validation between(String field, @Nullable Long value, long least, long most) {
    return check(
        value == null || (value >= least && value <= most),
        field,
        "must be " + least + " to " + most);
  }

  /**
   * @throws ApiException 400 with every field, when something is wrong
   */
  public void done() {
    if (!wrong.isEmpty()) {
      throw new ApiException(ApiError.fields(wrong));
    }
  }
}
