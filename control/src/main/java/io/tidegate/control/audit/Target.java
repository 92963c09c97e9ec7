package io.tidegate.control.audit;

/**
 * What an act was done to.
 *
 * @param type such as {@code request}
 * @param name what people call it; its id where it has no name
 */
public record Target(String type, String id, String name) {
  public static Target of(String type, String id) {
    return new Target(type, id, id);
  }
}
