package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the sandbox says about itself in hello: a standalone, or the one member of a replica set,
 * writable or (after a step-down) not.
 */
final class Topology {

  /** The wire version of MongoDB 8.0. */
  static final int MAX_WIRE_VERSION = 25;

  private final @Nullable String setName;
  private final InstantSource clock;
  private final ObjectId processId = new ObjectId();

  private String address = "";
  private ObjectId electionId = new ObjectId();
  private boolean primary = true;
  private long counter;

  Topology(@Nullable String setName, InstantSource clock) {
    this.setName = setName;
    this.clock = clock;
  }

  boolean isReplicaSet() {
    return setName != null;
  }

  synchronized boolean isWritable() {
    return primary;
  }

  synchronized void address(String value) {
    address = value;
  }

  synchronized void stepDown() {
    primary = false;
    changed();
  }

  synchronized void electAgain() {
    primary = true;
    electionId = new ObjectId();
    changed();
  }

  private void changed() {
    counter++;
    notifyAll();
  }

  /** Wakes everyone who awaits a change, without one. */
  synchronized void wake() {
    notifyAll();
  }

  /**
   * Waits as an awaitable hello does: until the topology is other than what the client knows, or
   * the time is over, or the connection is gone.
   */
  synchronized void await(Document known, long millis, SandboxConnection connection) {
    if (!processId.equals(known.get("processId"))
        || !Long.valueOf(counter).equals(known.get("counter"))) {
      return;
    }
    long seen = counter;
    long end = System.nanoTime() + millis * 1_000_000;
    try {
      long left = millis;
      while (counter == seen && connection.isOpen() && left > 0) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The reply's fields that tell the topology. */
  synchronized Document hello(boolean legacyName) {
    var reply = new Document();
    reply.put(legacyName ? "ismaster" : "isWritablePrimary", primary);
    reply.put("topologyVersion", new Document("processId", processId).append("counter", counter));
    if (setName != null) {
      reply.put("hosts", List.of(address));
      reply.put("setName", setName);
      reply.put("setVersion", 1);
      reply.put("secondary", !primary);
      if (primary) {
        reply.put("primary", address);
        reply.put("electionId", electionId);
      }
      reply.put("me", address);
      var opTime = new Document("ts", timestamp()).append("t", 1L);
      reply.put(
          "lastWrite",
          new Document("opTime", opTime)
              .append("lastWriteDate", clock.instant())
              .append("majorityOpTime", opTime)
              .append("majorityWriteDate", clock.instant()));
    }
    return reply;
  }

  BsonTimestamp timestamp() {
    return new BsonTimestamp(clock.instant(), 1);
  }

  synchronized Document replSetStatus() {
    if (setName == null) {
      throw new CommandException(76, "NoReplicationEnabled", "not running with --replSet");
    }
    int state = primary ? 1 : 2;
    return new Document("set", setName)
        .append("date", clock.instant())
        .append("myState", state)
        .append("term", 1L)
        .append("heartbeatIntervalMillis", 2000L)
        .append(
            "members",
            List.of(
                new Document("_id", 0)
                    .append("name", address)
                    .append("health", 1.0)
                    .append("state", state)
                    .append("stateStr", primary ? "PRIMARY" : "SECONDARY")
                    .append("self", true)));
  }

  synchronized Document replSetConfig() {
    if (setName == null) {
      throw new CommandException(76, "NoReplicationEnabled", "not running with --replSet");
    }
    return new Document(
        "config",
        new Document("_id", setName)
            .append("version", 1)
            .append("term", 1L)
            .append("members", List.of(new Document("_id", 0).append("host", address))));
  }
}
