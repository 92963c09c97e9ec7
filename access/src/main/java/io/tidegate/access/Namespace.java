package io.tidegate.access;

import org.jspecify.annotations.Nullable;

/**
 * A database, or a collection in it. Names are compared as the server compares them: exactly, case
 * included.
 *
 * @param database never empty, without dots
 * @param collection null when the whole database is meant; may hold dots
 */
public record Namespace(String database, @Nullable String collection) {
  private static final String FORBIDDEN_IN_DATABASE = "/\\. \"$\0";
  private static final int MAX_DATABASE = 63;
  private static final int MAX_FULL = 255;

  /** Whether MongoDB would take this as the name of a database that holds collections. */
  public static boolean validDatabase(String name) {
    if (name.isEmpty() || name.length() > MAX_DATABASE) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (FORBIDDEN_IN_DATABASE.indexOf(name.charAt(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether MongoDB would take this as the name of a collection. Names with a dollar sign are
   * virtual ({@code $cmd}, {@code oplog.$main}) and never a client's to use.
   */
  public static boolean validCollection(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_FULL
        && name.charAt(0) != '.'
        && name.charAt(name.length() - 1) != '.'
        && name.indexOf('$') < 0
        && name.indexOf('\0') < 0;
  }

  /** Whether both parts are names that MongoDB would take. */
  boolean valid() {
    return validDatabase(database) && (collection == null || validCollection(collection));
  }

  /** Splits {@code database.collection} at its first dot; null when there is nothing to split. */
  static @Nullable Namespace parse(String full) {
    int dot = full.indexOf('.');
    return dot <= 0 || dot == full.length() - 1
        ? null
        : new Namespace(full.substring(0, dot), full.substring(dot + 1));
  }

  /** Whether this is one of the server's own collections, which database privileges leave out. */
  public boolean systemCollection() {
    return collection != null && collection.startsWith("system.");
  }

  /** {@code database.collection}, or the database alone. */
  @Override
  public String toString() {
    return collection == null ? database : database + "." + collection;
  }
}
