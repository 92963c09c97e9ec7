package io.tidegate.access;

import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonView;

/**
 * Looks for what makes a server run JavaScript in the part of a command that is a query or a
 * pipeline. Asked only when the strict pass saw something somewhere, to tell code that runs from
 * documents that only hold such words.
 */
final class JavaScript {
  private JavaScript() {}

  /** Whether an operator that runs code stands anywhere inside. */
  static boolean in(BsonView view) {
    BsonCursor cursor = view.cursor();
    while (cursor.next()) {
      if (operator(cursor)) {
        return true;
      }
      switch (cursor.type()) {
        case JAVASCRIPT, JAVASCRIPT_WITH_SCOPE -> {
          return true;
        }
        case DOCUMENT, ARRAY -> {
          if (in(cursor.document())) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  private static boolean operator(BsonCursor at) {
    return at.nameStartsWith('$')
        && (at.nameEquals("$where")
            || at.nameEquals("$function")
            || at.nameEquals("$accumulator")
            || at.name().startsWith("$_internalJs"));
  }
}
