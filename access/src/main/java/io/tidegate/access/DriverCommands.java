package io.tidegate.access;

import static io.tidegate.access.CommandSpec.closed;
import static io.tidegate.access.CommandSpec.driver;

import io.tidegate.access.Footprint.DriverCommand.Kind;
import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import java.util.List;

/** What drivers and shells need to work at all (wire.md section 8). */
final class DriverCommands {
  static final List<CommandSpec> ALL =
      List.of(
          driver("hello", Kind.HELLO),
          driver("isMaster", Kind.HELLO).or("ismaster"),
          driver("ping", Kind.PING),
          driver("buildInfo", Kind.ABOUT_SERVER).or("buildinfo"),
          driver("listCommands", Kind.ABOUT_SERVER),
          driver("whatsmyuri", Kind.ABOUT_SERVER),
          driver("isdbgrid", Kind.ABOUT_SERVER),
          driver("atlasVersion", Kind.ABOUT_SERVER),
          driver("connectionStatus", Kind.CONNECTION_STATUS),
          driver("saslStart", Kind.SIGN_IN),
          driver("saslContinue", Kind.SIGN_IN),
          driver("authenticate", Kind.SIGN_IN),
          driver("getnonce", Kind.SIGN_IN),
          driver("copydbgetnonce", Kind.SIGN_IN),
          driver("copydbsaslstart", Kind.SIGN_IN),
          driver("logout", Kind.LOGOUT),
          driver("startSession", Kind.START_SESSION),
          closed("endSessions", "", DriverCommands::sessions),
          closed("refreshSessions", "", DriverCommands::sessions),
          closed("killSessions", "", DriverCommands::killSessions),
          closed(
              "getMore", "collection batchSize includeQueryStatsMetrics", DriverCommands::getMore),
          closed("killCursors", "cursors", DriverCommands::killCursors),
          closed("commitTransaction", "recoveryToken", DriverCommands::endTransaction),
          closed("abortTransaction", "recoveryToken", DriverCommands::endTransaction));

  private DriverCommands() {}

  private static void sessions(Reading reading) {
    BsonElement named = reading.body().first();
    if (named == null || !named.isArray()) {
      reading.notUnderstood("sessions that are not an array");
      return;
    }
    BsonCursor session = named.document().cursor();
    while (session.next()) {
      reading.checkSession(session);
    }
    reading.driver(Kind.OWN_SESSIONS);
  }

  /** With an empty array it ends every session of the account, whoever uses it (S2). */
  private static void killSessions(Reading reading) {
    BsonElement named = reading.body().first();
    if (named != null && named.isArray() && named.document().isEmpty()) {
      reading.never(RuleId.OTHERS_WORK, "killSessions of all sessions");
    }
    sessions(reading);
  }

  private static void getMore(Reading reading) {
    BsonElement collection = reading.body().find("collection");
    BsonElement id = reading.body().first();
    if (collection == null || !collection.isString() || id == null || !id.isNumber()) {
      reading.notUnderstood("which cursor getMore means");
    } else {
      // Cursors over the catalogue have virtual names; the gateway knows the cursor by its id.
      reading.about(collection.string());
      reading.driver(Kind.GET_MORE);
    }
  }

  private static void killCursors(Reading reading) {
    BsonElement collection = reading.body().first();
    BsonElement cursors = reading.body().find("cursors");
    if (collection == null || !collection.isString() || cursors == null || !cursors.isArray()) {
      reading.notUnderstood("which cursors killCursors means");
    } else {
      reading.about(collection.string());
      reading.driver(Kind.KILL_CURSORS);
    }
  }

  private static void endTransaction(Reading reading) {
    reading.driver(Kind.END_TRANSACTION);
  }
}
