package io.tidegate.wire;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * What came of reading a hello, isMaster or ismaster: a request, or the error to answer it with.
 */
public sealed interface Hello permits HelloRequest, HelloRefusal {
  /** Whether the command is a hello under any of its names, in any case. */
  static boolean isHello(Command command) {
    return command.isNamed("hello") || command.isNamed("ismaster");
  }

  /**
   * Reads the fields that a proxy answers to. Unknown fields are ignored, and so are those of
   * servers among themselves ({@code internalClient}).
   *
   * @param command one that {@link #isHello} says yes to
   */
  static Hello of(Command command) {
    BsonDocument client = null;
    String saslSupportedMechs = null;
    BsonDocument speculativeAuthenticate = null;
    BsonDocument topologyVersion = null;
    Long maxAwaitTimeMillis = null;
    boolean helloOk = false;
    boolean loadBalanced = false;
    boolean internalClient = false;
    List<String> compression = List.of();
    BsonCursor at = command.body().cursor();
    while (at.next()) {
      if (at.nameEquals("client")) {
        if (!at.isDocument()) {
          return HelloRefusal.typeMismatch("client", "object");
        }
        client = at.document().toBsonDocument();
      } else if (at.nameEquals("saslSupportedMechs")) {
        if (!at.isString()) {
          return HelloRefusal.typeMismatch("saslSupportedMechs", "string");
        }
        saslSupportedMechs = at.string();
      } else if (at.nameEquals("speculativeAuthenticate")) {
        if (!at.isDocument()) {
          return HelloRefusal.typeMismatch("speculativeAuthenticate", "object");
        }
        speculativeAuthenticate = at.document().toBsonDocument();
      } else if (at.nameEquals("topologyVersion")) {
        if (!at.isDocument()) {
          return HelloRefusal.typeMismatch("topologyVersion", "object");
        }
        topologyVersion = at.document().toBsonDocument();
      } else if (at.nameEquals("maxAwaitTimeMS")) {
        if (!at.isNumber() || at.longValue() < 0) {
          return HelloRefusal.typeMismatch("maxAwaitTimeMS", "number that is not negative");
        }
        maxAwaitTimeMillis = at.longValue();
      } else if (at.nameEquals("helloOk")) {
        helloOk = at.isTruthy();
      } else if (at.nameEquals("loadBalanced")) {
        loadBalanced = at.isTruthy();
      } else if (at.nameEquals("internalClient")) {
        internalClient = true;
      } else if (at.nameEquals("compression") && at.isArray()) {
        compression = strings(at.document());
      }
    }
    if ((topologyVersion == null) != (maxAwaitTimeMillis == null)) {
      return HelloRefusal.halfAwaitable();
    }
    return new HelloRequest(
        command.name(),
        client,
        saslSupportedMechs,
        speculativeAuthenticate,
        topologyVersion,
        maxAwaitTimeMillis,
        helloOk,
        loadBalanced,
        internalClient,
        compression);
  }

  private static List<String> strings(BsonView array) {
    List<String> strings = new ArrayList<>();
    BsonCursor each = array.cursor();
    while (each.next()) {
      if (each.isString()) {
        strings.add(each.string());
      }
    }
    return List.copyOf(strings);
  }

  /** The text, or null: for the optional strings of a hello. */
  static @Nullable String stringOrNull(BsonDocument document, String key) {
    return document.isString(key) ? document.getString(key).getValue() : null;
  }
}
