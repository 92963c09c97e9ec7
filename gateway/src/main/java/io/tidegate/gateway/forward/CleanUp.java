package io.tidegate.gateway.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tidegate.gateway.session.OpenCursor;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Upstream;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.WireMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends at the target what a session left there: its open cursors, and its operations that still
 * run, which are found by the application name of its connections. Closing a socket does not stop
 * most operations. Best effort: an account that may not look at its operations leaves them to end
 * by themselves.
 */
final class CleanUp implements Upstream.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);

  private final Session session;
  private final Queue<BsonDocument> commands = new ArrayDeque<>();
  private @Nullable Upstream upstream;
  private boolean listing;
  private int requestId;

  CleanUp(Session session) {
    this.session = session;
    Map<String, List<OpenCursor>> byNamespace = new HashMap<>();
    for (OpenCursor cursor : session.cursors()) {
      byNamespace
          .computeIfAbsent(cursor.database() + "." + cursor.collection(), key -> new ArrayList<>())
          .add(cursor);
    }
    for (List<OpenCursor> cursors : byNamespace.values()) {
      BsonArray ids = new BsonArray();
      cursors.forEach(cursor -> ids.add(new BsonInt64(cursor.id())));
      commands.add(
          new BsonDocument("killCursors", new BsonString(cursors.getFirst().collection()))
              .append("cursors", ids)
              .append("$db", new BsonString(cursors.getFirst().database())));
    }
  }

  @Override
  public void opened(Upstream opened) {
    upstream = opened;
    // First what runs, which costs the target most; then what waits.
    listing = true;
    send(
        opened,
        new BsonDocument("currentOp", new BsonInt32(1))
            .append("$ownOps", BsonBoolean.TRUE)
            .append("$db", new BsonString("admin")));
  }

  private void send(Upstream to, BsonDocument command) {
    to.write(OpMsg.encode(PooledByteBufAllocator.DEFAULT, ++requestId, 0, 0, command));
    to.flush();
  }

  @Override
  public void reply(ByteBuf frame) {
    BsonDocument reply;
    try {
      reply =
          WireMessage.parseReply(frame) instanceof OpMsg message
              ? message.body().toBsonDocument()
              : new BsonDocument();
    } finally {
      frame.release();
    }
    if (listing) {
      listing = false;
      killRunning(reply);
    }
    Upstream open = upstream;
    BsonDocument next = commands.poll();
    if (open == null) {
      return;
    }
    if (next == null) {
      open.close();
    } else {
      send(open, next);
    }
  }

  private void killRunning(BsonDocument reply) {
    List<BsonDocument> kills = new ArrayList<>();
    for (BsonValue value : reply.getArray("inprog", new BsonArray())) {
      if (value instanceof BsonDocument operation
          && operation.get("appName") instanceof BsonString application
          && application.getValue().equals(session.applicationName())
          && operation.containsKey("opid")) {
        kills.add(
            new BsonDocument("killOp", new BsonInt32(1))
                .append("op", operation.get("opid"))
                .append("$db", new BsonString("admin")));
      }
    }
    List<BsonDocument> later = new ArrayList<>(commands);
    commands.clear();
    commands.addAll(kills);
    commands.addAll(later);
  }

  @Override
  public void failed(Upstream.Failure failure) {
    LOG.atInfo()
        .addKeyValue("sessionId", session.id())
        .addKeyValue("why", failure.code())
        .log("what the session left at the target could not be cleared up");
  }

  @Override
  public void readComplete() {}

  @Override
  public void writabilityChanged() {}

  @Override
  public void closed() {
    upstream = null;
  }
}
