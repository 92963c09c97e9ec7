package io.tidegate.wire;

import java.time.Instant;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a proxy to hello: the target as it is, but reachable only at the one address that
 * the client can dial. Never in it: other hosts, {@code topologyVersion} (drivers then poll),
 * {@code serviceId}, compressors, {@code $clusterTime}, {@code operationTime}.
 */
public final class HelloReply {
  /** The newest wire version that this library was tested with: MongoDB 8.0. */
  public static final int NEWEST_WIRE_VERSION = 25;

  private HelloReply() {}

  /**
   * What the proxy itself adds.
   *
   * @param advertised {@code host:port} that the client can dial
   * @param localTime now
   * @param connectionId the proxy's number for the client's connection
   * @param saslSupportedMechs what to answer when mechanisms are asked for; null answers nothing
   * @param speculativeAuthenticate the answer to an authentication inside the hello; null answers
   *     nothing and the client goes on by {@code saslStart}
   */
  public record Local(
      String advertised,
      Instant localTime,
      int connectionId,
      @Nullable List<String> saslSupportedMechs,
      @Nullable BsonDocument speculativeAuthenticate) {
    /** Keeps a copy of the list. */
    public Local {
      saslSupportedMechs = saslSupportedMechs == null ? null : List.copyOf(saslSupportedMechs);
    }

    /** Without local authentication. */
    public static Local of(String advertised, Instant localTime, int connectionId) {
      return new Local(advertised, localTime, connectionId, null, null);
    }

    /** The speculative answer is part of a login: it is not printed. */
    @Override
    public String toString() {
      return "Local[" + advertised + ", connection " + connectionId + "]";
    }
  }

  /** The answer to {@code request}, by the table of the protocol rules, section 2. */
  public static BsonDocument document(HelloRequest request, TargetDescription target, Local local) {
    BsonDocument reply = new BsonDocument();
    if (request.helloOk()) {
      reply.append("helloOk", BsonBoolean.TRUE);
    }
    // Only a replica set can be without a primary; the others are always written to.
    boolean writable =
        switch (target.kind()) {
          case STANDALONE, MONGOS -> true;
          case REPLICA_SET -> target.writable() && target.primaryKnown();
        };
    String role = request.legacyName() ? "ismaster" : "isWritablePrimary";
    switch (target.kind()) {
      case REPLICA_SET -> replicaSet(reply, target, local.advertised(), role, writable);
      case MONGOS -> reply.append(role, BsonBoolean.TRUE).append("msg", new BsonString("isdbgrid"));
      case STANDALONE -> reply.append(role, BsonBoolean.TRUE);
    }
    reply
        .append("maxBsonObjectSize", new BsonInt32(target.maxBsonObjectSize()))
        .append("maxMessageSizeBytes", new BsonInt32(target.maxMessageSizeBytes()))
        .append("maxWriteBatchSize", new BsonInt32(target.maxWriteBatchSize()))
        .append("localTime", new BsonDateTime(local.localTime().toEpochMilli()));
    if (target.logicalSessionTimeoutMinutes() != null) {
      reply.append(
          "logicalSessionTimeoutMinutes", new BsonInt32(target.logicalSessionTimeoutMinutes()));
    }
    reply
        .append("connectionId", new BsonInt32(local.connectionId()))
        .append("minWireVersion", new BsonInt32(target.minWireVersion()))
        .append(
            "maxWireVersion", new BsonInt32(Math.min(target.maxWireVersion(), NEWEST_WIRE_VERSION)))
        .append("readOnly", BsonBoolean.FALSE);
    if (request.saslSupportedMechs() != null && local.saslSupportedMechs() != null) {
      BsonArray mechanisms = new BsonArray();
      local.saslSupportedMechs().forEach(name -> mechanisms.add(new BsonString(name)));
      reply.append("saslSupportedMechs", mechanisms);
    }
    if (request.speculativeAuthenticate() != null && local.speculativeAuthenticate() != null) {
      reply.append("speculativeAuthenticate", local.speculativeAuthenticate());
    }
    return reply.append("ok", new BsonDouble(1));
  }

  private static void replicaSet(
      BsonDocument reply,
      TargetDescription target,
      String advertised,
      String role,
      boolean writable) {
    BsonString address = new BsonString(advertised);
    BsonArray hosts = new BsonArray();
    hosts.add(address);
    reply.append("hosts", hosts).append("setName", new BsonString(target.setName()));
    // Drivers compare the pair and take the older one for a stale primary: both or neither.
    boolean pair = target.setVersion() != null && target.electionId() != null;
    if (pair) {
      reply.append("setVersion", target.setVersion());
    }
    reply.append(role, BsonBoolean.valueOf(writable));
    reply.append("secondary", BsonBoolean.valueOf(!writable));
    if (writable) {
      reply.append("primary", address);
    }
    if (target.tags() != null) {
      reply.append("tags", target.tags());
    }
    reply.append("me", address);
    if (pair) {
      reply.append("electionId", target.electionId());
    }
    if (target.lastWrite() != null) {
      reply.append("lastWrite", target.lastWrite());
    }
  }
}
