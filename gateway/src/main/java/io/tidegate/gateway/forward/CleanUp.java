package io.tidegate.gateway.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.tidegate.gateway.session.LogicalSessions;
import io.tidegate.gateway.session.OpenCursor;
import io.tidegate.gateway.session.OpenTransaction;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Upstream;
import io.tidegate.wire.MalformedMessageException;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.UnsupportedOpCodeException;
import io.tidegate.wire.WireMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
 * Ends at the target what a session left there: its operations that still run, which are found by
 * the application name of its connections; its logical sessions, and with them its transactions and
 * most cursors; and its other cursors. Closing a socket stops none of these. Best effort, in
 * bounded time: an account that may not look at its operations, or a target without logical
 * sessions, leaves them to end by themselves.
 */
final class CleanUp implements Upstream.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);

  /** Logical sessions that one command names: as many as drivers name in theirs. */
  private static final int MOST_SESSIONS = 10_000;

  private static final BsonDocument NOTHING = new BsonDocument();

  private final Session session;
  private final EventLoop loop;
  private final Duration atMost;
  private final Runnable whenOver;
  private final Deque<Step> steps = new ArrayDeque<>();
  private Consumer<BsonDocument> asked = reply -> {};
  private @Nullable Upstream upstream;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean over;
  private int requestId;

  /**
   * One command.
   *
   * @param answered takes its reply, which may ask for further steps
   */
  private record Step(BsonDocument command, Consumer<BsonDocument> answered) {
    Step(BsonDocument command) {
      this(command, reply -> {});
    }
  }

  /**
   * @param loop that it lives on
   * @param atMost from the sign-in to the end
   * @param whenOver called once, whatever came of it
   */
  CleanUp(Session session, EventLoop loop, Duration atMost, Runnable whenOver) {
    this.session = session;
    this.loop = loop;
    this.atMost = atMost;
    this.whenOver = whenOver;
  }

  @Override
  public void opened(Upstream opened) {
    upstream = opened;
    deadline = loop.schedule(this::outOfTime, atMost.toMillis(), TimeUnit.MILLISECONDS);
    // Asked only now, when the session's connections are gone and add nothing any more.
    // First what runs, which costs the target most and holds up the rest; then what waits.
    steps.add(new Step(admin("currentOp").append("$ownOps", BsonBoolean.TRUE), this::killRunning));
    killLogicalSessions();
    killCursors();
    next();
  }

  private static BsonDocument admin(String command) {
    return new BsonDocument(command, new BsonInt32(1)).append("$db", new BsonString("admin"));
  }

  private void killLogicalSessions() {
    Map<LogicalSessions.Id, OpenTransaction> transactions = new HashMap<>();
    for (OpenTransaction transaction : session.transactions()) {
      transactions.put(transaction.session(), transaction);
    }
    List<LogicalSessions.Id> all = session.logicalSessions().of(session);
    for (int i = 0; i < all.size(); i += MOST_SESSIONS) {
      List<LogicalSessions.Id> some = all.subList(i, Math.min(all.size(), i + MOST_SESSIONS));
      BsonArray lsids = new BsonArray();
      some.forEach(id -> lsids.add(id.document()));
      steps.add(
          new Step(
              new BsonDocument("killSessions", lsids).append("$db", new BsonString("admin")),
              reply -> {
                if (!ok(reply)) {
                  abort(new HashSet<>(some), transactions);
                }
              }));
    }
  }

  /** One by one, where the target does not let whole logical sessions be ended. */
  private void abort(
      Set<LogicalSessions.Id> of, Map<LogicalSessions.Id, OpenTransaction> transactions) {
    transactions.forEach((id, transaction) -> {
      if (of.contains(id)) {
        steps.addFirst(
            new Step(
                admin("abortTransaction")
                    .append("lsid", id.document())
                    .append("txnNumber", new BsonInt64(transaction.number()))
                    .append("autocommit", BsonBoolean.FALSE)));
      }
    });
  }

  private void killCursors() {
    Map<String, List<OpenCursor>> byNamespace = new HashMap<>();
    for (OpenCursor cursor : session.cursors()) {
      byNamespace
          .computeIfAbsent(cursor.database() + "." + cursor.collection(), key -> new ArrayList<>())
          .add(cursor);
    }
    for (List<OpenCursor> cursors : byNamespace.values()) {
      BsonArray ids = new BsonArray();
      cursors.forEach(cursor -> ids.add(new BsonInt64(cursor.id())));
      steps.add(
          new Step(
              new BsonDocument("killCursors", new BsonString(cursors.getFirst().collection()))
                  .append("cursors", ids)
                  .append("$db", new BsonString(cursors.getFirst().database()))));
    }
  }

  private void killRunning(BsonDocument reply) {
    if (!(reply.get("inprog") instanceof BsonArray running)) {
      return;
    }
    for (BsonValue value : running) {
      if (value instanceof BsonDocument operation
          && operation.get("appName") instanceof BsonString application
          && application.getValue().equals(session.applicationName())
          && operation.containsKey("opid")) {
        steps.addFirst(new Step(admin("killOp").append("op", operation.get("opid"))));
      }
    }
  }

  private static boolean ok(BsonDocument reply) {
    return reply.isNumber("ok") && reply.getNumber("ok").intValue() == 1;
  }

  private void next() {
    Upstream open = upstream;
    if (over || open == null) {
      return;
    }
    Step step = steps.poll();
    if (step == null) {
      end();
      return;
    }
    asked = step.answered();
    open.write(OpMsg.encode(PooledByteBufAllocator.DEFAULT, ++requestId, 0, 0, step.command()));
    open.flush();
  }

  @Override
  public void reply(ByteBuf frame) {
    BsonDocument reply;
    try {
      reply =
          WireMessage.parseReply(frame) instanceof OpMsg message
              ? message.body().toBsonDocument()
              : NOTHING;
    } catch (MalformedMessageException | UnsupportedOpCodeException e) {
      unfinished("target-protocol");
      return;
    } finally {
      frame.release();
    }
    if (!over) {
      asked.accept(reply);
      next();
    }
  }

  private void outOfTime() {
    if (!over) {
      unfinished("too-slow");
    }
  }

  private void unfinished(String why) {
    LOG.atWarn()
        .addKeyValue("sessionId", session.id())
        .addKeyValue("why", why)
        .addKeyValue("stepsLeft", steps.size())
        .log("what the session left at the target could not be cleared up");
    end();
  }

  private void end() {
    if (over) {
      return;
    }
    over = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
    Upstream open = upstream;
    upstream = null;
    if (open != null) {
      open.close();
    }
    whenOver.run();
  }

  @Override
  public void failed(Upstream.Failure failure) {
    unfinished(failure.code());
  }

  @Override
  public void readComplete() {}

  @Override
  public void writabilityChanged() {}

  @Override
  public void closed() {
    upstream = null;
    if (!over) {
      unfinished("connection-lost");
    }
  }
}
