package io.tidegate.testkit.sandbox;

import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A command while it runs: listed by {@code currentOp}, ended by {@code killOp}. */
final class Operation {

  private final int id;
  private final SandboxConnection connection;
  private final WireRequest request;
  private final Instant started;
  private final CountDownLatch killed = new CountDownLatch(1);

  Operation(int id, SandboxConnection connection, WireRequest request, Instant started) {
    this.id = id;
    this.connection = connection;
    this.request = request;
    this.started = started;
  }

  int id() {
    return id;
  }

  SandboxConnection connection() {
    return connection;
  }

  WireRequest request() {
    return request;
  }

  Instant started() {
    return started;
  }

  void kill() {
    killed.countDown();
  }

  boolean isKilled() {
    return killed.getCount() == 0;
  }

  /** Fails with 11601 when the operation was killed. */
  void checkAlive() {
    if (isKilled()) {
      throw new CommandException(11601, "Interrupted", "operation was interrupted");
    }
  }

  /** Waits; ends early with 11601 when killed, and with 50 when the client's own limit is over. */
  void block(long millis) {
    long limit =
        request.body().get("maxTimeMS") instanceof Number number && number.longValue() > 0
            ? number.longValue()
            : Long.MAX_VALUE;
    try {
      if (killed.await(Math.min(millis, limit), TimeUnit.MILLISECONDS)) {
        checkAlive();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(11600, "InterruptedAtShutdown", "the sandbox is stopping");
    }
    if (limit < millis) {
      throw new CommandException(50, "MaxTimeMSExpired", "operation exceeded time limit");
    }
  }

  /** {@code database.collection} when the command's first value is a collection name. */
  String namespace() {
    return request.body().get(request.name()) instanceof String collection
        ? request.database() + "." + collection
        : request.database() + ".$cmd";
  }
}
