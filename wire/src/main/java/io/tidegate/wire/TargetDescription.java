package io.tidegate.wire;

import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a target, as far as a hello speaks of it.
 *
 * @param kind what it is
 * @param setName the name of the replica set; null for the other kinds
 * @param writable whether the node that connections go to is a writable primary
 * @param primaryKnown whether the set has a primary at all; false during an election
 * @param setVersion the configuration's version as the primary said it, an int32 or int64
 * @param electionId the primary's election, of the same answer as {@code setVersion}
 * @param minWireVersion the oldest wire version the target speaks
 * @param maxWireVersion the newest wire version the target speaks
 * @param maxBsonObjectSize the largest document, in bytes
 * @param maxMessageSizeBytes the largest message, in bytes
 * @param maxWriteBatchSize the most writes in one command
 * @param logicalSessionTimeoutMinutes null when the target has no sessions
 * @param lastWrite the replica set's last write, as it came
 * @param tags the member's tags, as they came
 */
public record TargetDescription(
    Kind kind,
    @Nullable String setName,
    boolean writable,
    boolean primaryKnown,
    @Nullable BsonValue setVersion,
    @Nullable BsonObjectId electionId,
    int minWireVersion,
    int maxWireVersion,
    int maxBsonObjectSize,
    int maxMessageSizeBytes,
    int maxWriteBatchSize,
    @Nullable Integer logicalSessionTimeoutMinutes,
    @Nullable BsonDocument lastWrite,
    @Nullable BsonDocument tags) {

  /** What a target is. */
  public enum Kind {
    /** One server by itself. */
    STANDALONE,
    /** A member of a replica set. */
    REPLICA_SET,
    /** A router of a sharded cluster. */
    MONGOS
  }

  /** A replica set has a name, and nothing else has one. */
  public TargetDescription {
    if ((kind == Kind.REPLICA_SET) != (setName != null)) {
      throw new IllegalArgumentException("a replica set, and only it, has a set name");
    }
  }

  /**
   * Reads the answer of a target to hello or isMaster.
   *
   * @param reply the answer of the node that connections go to
   * @return null when the node is none to work with: not yet a member of the set that it was
   *     started for ({@code isreplicaset}), or one of a set in no state to answer
   */
  public static @Nullable TargetDescription ofReply(BsonDocument reply) {
    boolean ghost = truthy(reply, "isreplicaset");
    String setName = Hello.stringOrNull(reply, "setName");
    boolean writable = truthy(reply, "isWritablePrimary") || truthy(reply, "ismaster");
    boolean secondary = truthy(reply, "secondary");
    if (ghost || (setName != null && !writable && !secondary)) {
      return null;
    }
    Kind kind =
        "isdbgrid".equals(Hello.stringOrNull(reply, "msg"))
            ? Kind.MONGOS
            : setName != null ? Kind.REPLICA_SET : Kind.STANDALONE;
    boolean fromPrimary = kind == Kind.REPLICA_SET && writable;
    return new TargetDescription(
        kind,
        kind == Kind.REPLICA_SET ? setName : null,
        writable,
        kind != Kind.REPLICA_SET || writable || reply.containsKey("primary"),
        fromPrimary && reply.isNumber("setVersion") ? reply.get("setVersion") : null,
        fromPrimary && reply.isObjectId("electionId") ? reply.getObjectId("electionId") : null,
        number(reply, "minWireVersion", 0),
        number(reply, "maxWireVersion", 0),
        number(reply, "maxBsonObjectSize", 16 * 1024 * 1024),
        number(reply, "maxMessageSizeBytes", FrameDecoder.MAX_MESSAGE_LENGTH),
        number(reply, "maxWriteBatchSize", 100_000),
        reply.isNumber("logicalSessionTimeoutMinutes")
            ? (Integer) number(reply, "logicalSessionTimeoutMinutes", 30)
            : null,
        reply.isDocument("lastWrite") ? reply.getDocument("lastWrite") : null,
        reply.isDocument("tags") ? reply.getDocument("tags") : null);
  }

  private static boolean truthy(BsonDocument document, String key) {
    BsonValue value = document.get(key);
    return value != null
        && (value.isBoolean()
            ? value.asBoolean().getValue()
            : value.isNumber() && value.asNumber().doubleValue() != 0);
  }

  private static int number(BsonDocument document, String key, int otherwise) {
    return document.isNumber(key) ? document.getNumber(key).intValue() : otherwise;
  }
}
