package io.tidegate.gateway.decide;

import io.tidegate.gateway.session.OpenCursor;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Verdict;
import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.Command;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonType;
import org.bson.BsonValue;

/** Cursors belong to the session that opened them (wire rules S4 and S5). */
final class OwnCursors {
  private OwnCursors() {}

  /** Whether a getMore names a cursor of this session, on the collection that it reads. */
  static boolean mayContinue(Session session, Command command) {
    BsonElement id = command.body().first();
    if (id == null || id.type() != BsonType.INT64) {
      return false;
    }
    OpenCursor cursor = session.cursor(id.longValue());
    BsonElement collection = command.body().find("collection");
    return cursor != null
        && collection != null
        && collection.isString()
        && collection.stringEquals(cursor.collection())
        && cursor.database().equals(command.database());
  }

  /** A killCursors forwarded for own cursors only; the others are reported as not found. */
  static Verdict kill(Session session, Command command) {
    List<BsonValue> own = new ArrayList<>();
    List<BsonValue> foreign = new ArrayList<>();
    BsonElement ids = command.body().find("cursors");
    if (ids == null || !ids.isArray()) {
      // The server says best what is wrong with it; it kills nothing.
      return Verdict.PASS;
    }
    BsonCursor each = ids.document().cursor();
    while (each.next()) {
      BsonValue id = each.value();
      OpenCursor cursor = id.isInt64() ? session.cursor(id.asInt64().getValue()) : null;
      boolean ours = cursor != null && cursor.database().equals(command.database());
      (ours ? own : foreign).add(id);
    }
    if (foreign.isEmpty()) {
      return new Verdict.Pass(reply -> forget(session, own, reply), false);
    }
    if (own.isEmpty()) {
      return new Verdict.Answer(
          new BsonDocument("cursorsKilled", new BsonArray())
              .append("cursorsNotFound", new BsonArray(foreign))
              .append("cursorsAlive", new BsonArray())
              .append("cursorsUnknown", new BsonArray())
              .append("ok", new BsonDouble(1)));
    }
    BsonDocument body = command.body().toBsonDocument();
    body.put("cursors", new BsonArray(own));
    return new Verdict.PassChanged(
        body,
        reply -> {
          BsonArray notFound = reply.getArray("cursorsNotFound", new BsonArray());
          notFound.addAll(foreign);
          return forget(session, own, reply).append("cursorsNotFound", notFound);
        });
  }

  /** Only what the server says is gone is gone: the rest has to be closed at the session's end. */
  private static BsonDocument forget(Session session, List<BsonValue> ids, BsonDocument reply) {
    BsonArray alive = reply.getArray("cursorsAlive", new BsonArray());
    for (BsonValue id : ids) {
      if (!alive.contains(id)) {
        session.forgetCursor(id.asInt64().getValue());
      }
    }
    return reply;
  }
}
