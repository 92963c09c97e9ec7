package io.tidegate.control.portal.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The form that asks for access: which resource, which account, for how long, why. */
public record RequestFormView(
    FormView form,
    @Nullable String resourceId,
    @Nullable String resourceName,
    @Nullable String project,
    List<Option> resources,
    List<Choice> choices,
    List<Length> lengths) {

  /** An account to choose, with what its flow asks. */
  public record Choice(
      String account,
      @Nullable String description,
      String how,
      boolean atOnce,
      boolean reasonRequired,
      long longestSeconds,
      String next,
      String submit,
      boolean checked) {}

  /** A length of time to choose. */
  public record Length(long seconds, String value, String words, boolean checked) {}
}
