package io.tidegate.wire;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a target for answering hello in its place.
 *
 * @param kind its topology
 * @param setName a replica set's name; null for the others
 * @param writable whether there is a primary (or a standalone, or a router) that takes writes
 * @param setVersion from the real primary, null when unknown; told only together with {@code
 *     electionId}
 * @param electionId from the real primary, null when unknown
 * @param minWireVersion the oldest wire version it speaks
 * @param maxWireVersion the newest wire version that it speaks and we know
 * @param maxBsonObjectSize bytes of a document
 * @param maxMessageSizeBytes bytes of a message
 * @param maxWriteBatchSize operations of a write command
 * @param logicalSessionTimeoutMinutes null where the target has no sessions
 * @param lastWrite passed on as it came, for staleness; null where there is none
 * @param tags of the member; null where there are none
 */
public record TargetDescription(
    Kind kind,
    @Nullable String setName,
    boolean writable,
    @Nullable Long setVersion,
    @Nullable BsonValue electionId,
    int minWireVersion,
    int maxWireVersion,
    int maxBsonObjectSize,
    int maxMessageSizeBytes,
    int maxWriteBatchSize,
    @Nullable Integer logicalSessionTimeoutMinutes,
    @Nullable BsonDocument lastWrite,
    @Nullable BsonDocument tags) {

  /** The topologies that a gateway stands in front of. */
  public enum Kind {
    STANDALONE,
    REPLICA_SET,
    MONGOS
  }
}
