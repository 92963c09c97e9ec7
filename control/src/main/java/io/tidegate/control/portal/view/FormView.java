package io.tidegate.control.portal.view;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A form as it was filled in, with what is wrong beside the field it concerns.
 *
 * @param values by field name; a secret is never put back
 * @param errors by field name, each a sentence
 */
public record FormView(Map<String, List<String>> values, Map<String, String> errors) {

  public static FormView blank() {
    return new FormView(Map.of(), Map.of());
  }

  public static FormView of(Map<String, String> values) {
    return new FormView(
        values.entrySet().stream()
            .collect(
                java.util.stream.Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, e -> List.of(e.getValue()))),
        Map.of());
  }

  public String value(String field) {
    List<String> given = values.get(field);
    return given == null || given.isEmpty() ? "" : given.getFirst();
  }

  public boolean has(String field, String value) {
    return values.getOrDefault(field, List.of()).contains(value);
  }

  public boolean ticked(String field) {
    return values.containsKey(field) && !"false".equals(value(field));
  }

  public @Nullable String error(String field) {
    return errors.get(field);
  }

  public FormView with(String field, String error) {
    Map<String, String> more = new java.util.HashMap<>(errors);
    more.put(field, error);
    return new FormView(values, Map.copyOf(more));
  }
}
