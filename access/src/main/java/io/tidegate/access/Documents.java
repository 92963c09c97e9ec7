package io.tidegate.access;

import java.util.Set;
import org.bson.BsonDocument;

/** Documents made from others, which stay as they are. */
final class Documents {
  private Documents() {}

  /** The same fields in a document of its own; their values are shared. */
  static BsonDocument copy(BsonDocument document) {
    BsonDocument copy = new BsonDocument();
    copy.putAll(document);
    return copy;
  }

  /** Those of the fields that are listed, in their order. */
  static BsonDocument only(BsonDocument document, Set<String> fields) {
    BsonDocument kept = new BsonDocument();
    document.forEach((name, value) -> {
      if (fields.contains(name)) {
        kept.append(name, value);
      }
    });
    return kept;
  }
}
