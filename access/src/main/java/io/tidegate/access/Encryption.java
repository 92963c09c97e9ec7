package io.tidegate.access;

import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.BsonView;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code encryptionInformation} of Queryable Encryption, by which a client's library names the
 * collections that hold the encrypted indexes of a collection.
 */
final class Encryption {
  private static final Set<String> KNOWN = Set.of("type", "schema", "deleteTokens");
  private static final Set<String> STATE_COLLECTIONS =
      Set.of("escCollection", "eccCollection", "ecocCollection");
  private static final Set<Action> USES =
      Reading.actions(Action.FIND, Action.INSERT, Action.UPDATE, Action.REMOVE);

  private Encryption() {}

  static void read(Reading reading) {
    if (!reading.encrypted()) {
      return;
    }
    BsonElement information = reading.body().find("encryptionInformation");
    if (information != null) {
      read(reading, information);
    }
  }

  /** Touches every collection that the information names. */
  static void read(Reading reading, BsonElement information) {
    BsonView document = document(reading, information);
    if (document == null || !reading.onlyFields(document, KNOWN, "encryptionInformation")) {
      return;
    }
    BsonElement schema = document.find("schema");
    BsonView namespaces = schema == null ? null : document(reading, schema);
    if (namespaces == null) {
      return;
    }
    BsonCursor cursor = namespaces.cursor();
    while (cursor.next() && !reading.refused()) {
      Namespace namespace = reading.fullName(cursor.name());
      BsonView fields = document(reading, cursor);
      if (namespace == null || fields == null) {
        return;
      }
      BsonCursor field = fields.cursor();
      while (field.next()) {
        if (STATE_COLLECTIONS.contains(field.name())) {
          reading.touch(
              reading.collection(namespace.database(), field), USES, "encryptionInformation");
        }
      }
      reading.touch(namespace, Reading.actions(Action.FIND), "encryptionInformation");
    }
  }

  private static @Nullable BsonView document(Reading reading, BsonElement element) {
    if (!element.isDocument()) {
      reading.notUnderstood("an encryptionInformation that is not as it should be");
      return null;
    }
    return element.document();
  }
}
