package io.tidegate.wire;

import java.util.Locale;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * The greeting of the protocol: which commands are one, and the answer to it that a gateway makes
 * up from what it knows of the target, so that drivers find the gateway in the place of the target.
 */
public final class Hello {
  private Hello() {}

  /** Whether the command is hello, isMaster or ismaster, whatever the case of its letters. */
  public static boolean isHello(Command command) {
    return isHello(command.name());
  }

  static boolean isHello(String name) {
    return switch (name.length()) {
      case 5 -> name.equalsIgnoreCase("hello");
      case 8 -> name.equalsIgnoreCase("isMaster");
      default -> false;
    };
  }

  /**
   * The answer to a hello. Never a {@code topologyVersion}, so that drivers poll instead of waiting
   * for a change; never compression, {@code $clusterTime} or {@code operationTime}.
   *
   * @param request what was asked
   * @param target what the watcher knows of the target
   * @param advertised {@code host:port} that the client can dial: the only address it is told
   * @param localTime milliseconds since the epoch
   * @param connectionId the gateway's own number for the client's connection
   */
  public static BsonDocument reply(
      HelloRequest request,
      TargetDescription target,
      String advertised,
      long localTime,
      int connectionId) {
    BsonDocument reply = new BsonDocument();
    if (request.helloOk()) {
      reply.append("helloOk", BsonBoolean.TRUE);
    }
    boolean writable = target.writable();
    reply.append(
        request.legacy() ? "ismaster" : "isWritablePrimary", BsonBoolean.valueOf(writable));
    switch (target.kind()) {
      case STANDALONE -> {}
      case MONGOS -> reply.append("msg", new BsonString("isdbgrid"));
      case REPLICA_SET -> member(reply, target, advertised);
    }
    reply
        .append("maxBsonObjectSize", new BsonInt32(target.maxBsonObjectSize()))
        .append("maxMessageSizeBytes", new BsonInt32(target.maxMessageSizeBytes()))
        .append("maxWriteBatchSize", new BsonInt32(target.maxWriteBatchSize()))
        .append("localTime", new BsonDateTime(localTime));
    Integer timeout = target.logicalSessionTimeoutMinutes();
    if (timeout != null) {
      reply.append("logicalSessionTimeoutMinutes", new BsonInt32(timeout));
    }
    return reply
        .append("connectionId", new BsonInt32(connectionId))
        .append("minWireVersion", new BsonInt32(target.minWireVersion()))
        .append("maxWireVersion", new BsonInt32(target.maxWireVersion()))
        .append("readOnly", BsonBoolean.FALSE)
        .append("ok", new BsonDouble(1));
  }

  private static void member(BsonDocument reply, TargetDescription target, String advertised) {
    BsonString here = new BsonString(advertised.toLowerCase(Locale.ROOT));
    reply
        .append("secondary", BsonBoolean.valueOf(!target.writable()))
        .append("hosts", new BsonArray(java.util.List.of(here)))
        .append("me", here);
    String setName = target.setName();
    if (setName != null) {
      reply.append("setName", new BsonString(setName));
    }
    if (target.writable()) {
      reply.append("primary", here);
    }
    Long setVersion = target.setVersion();
    if (setVersion != null && target.electionId() != null) {
      // Drivers compare the pair and drop the older side: both from the real primary, or none.
      reply.append(
          "setVersion",
          setVersion == setVersion.intValue()
              ? new BsonInt32(setVersion.intValue())
              : new BsonInt64(setVersion));
      reply.append("electionId", target.electionId());
    }
    if (target.lastWrite() != null) {
      reply.append("lastWrite", target.lastWrite());
    }
    if (target.tags() != null) {
      reply.append("tags", target.tags());
    }
  }
}
