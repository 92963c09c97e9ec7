package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import io.netty.buffer.ByteBuf;
import io.tidegate.testkit.sandbox.Roles.Wanted;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every command the sandbox knows: what it asks of the caller, and how it runs. */
final class CommandTable {

  private static final Logger log = LoggerFactory.getLogger(CommandTable.class);

  /** Runs a command whose caller may run it. */
  @FunctionalInterface
  interface Handler {
    Document run(Call call);
  }

  /** Names everything a command would touch. */
  @FunctionalInterface
  interface Needs {
    List<Wanted> of(Call call);
  }

  /** How a command runs beside others. */
  enum Kind {
    /** Anyone may run it, signed in or not. */
    OPEN,
    /** Takes no lock on the data: it may wait. */
    FREE,
    READ,
    WRITE
  }

  private record Entry(Kind kind, Needs needs, Handler handler) {}

  private final Map<String, Entry> entries = new TreeMap<>();
  private final ReentrantReadWriteLock data = new ReentrantReadWriteLock();
  private final SandboxMongo server;
  private final RetriedWrites retries = new RetriedWrites();

  CommandTable(SandboxMongo server) {
    this.server = server;
    SessionCommands.register(this, server);
    UserCommands.register(this, server);
    ServerCommands.register(this, server);
    DataCommands.register(this, server);
  }

  void add(String name, Kind kind, Needs needs, Handler handler) {
    entries.put(name, new Entry(kind, needs, handler));
  }

  /** A command that any signed-in user may run. */
  void add(String name, Kind kind, Handler handler) {
    add(name, kind, call -> List.of(), handler);
  }

  void alias(String alias, String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(name);
    }
    entries.put(alias, entry);
  }

  Set<String> names() {
    return entries.keySet();
  }

  /** The privileges that another command of the same call would need, for {@code explain}. */
  List<Wanted> needsOf(Call call) {
    Entry entry = entries.get(call.request().name());
    if (entry == null) {
      throw CommandException.notFound(call.request().name());
    }
    return entry.needs().of(call);
  }

  /** Answers a request; every failure becomes an error document. */
  ByteBuf answer(SandboxConnection connection, WireRequest request) {
    Operation operation = server.operations().begin(connection, request);
    try {
      UserName name = connection.user();
      Call call =
          new Call(connection, request, operation, name == null ? null : server.users().find(name));
      return run(call);
    } catch (CommandException e) {
      return failed(connection, request, e.code(), e.codeName(), e.getMessage());
    } catch (MongoServerError e) {
      return failed(
          connection, request, e.getCode(), e.getCodeName(), e.getMessageWithoutErrorCode());
    } catch (MongoServerException e) {
      return failed(connection, request, 2, "BadValue", e.getMessageWithoutErrorCode());
    } catch (FailPoint.ConnectionLost e) {
      throw e;
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).addKeyValue("command", request.name()).log("sandbox command failed");
      return failed(connection, request, 8, "UnknownError", "the sandbox cannot run this: " + e);
    } finally {
      server.operations().end(operation);
    }
  }

  private ByteBuf run(Call call) {
    Entry entry = entries.get(call.request().name());
    if (entry == null) {
      throw CommandException.notFound(call.request().name());
    }
    if (entry.kind() != Kind.OPEN) {
      call.requireUser();
      authorize(call, entry.needs().of(call));
    }
    server.failPoint().apply(call.operation());
    call.operation().checkAlive();
    refuseTransactions(call);
    return switch (entry.kind()) {
      case OPEN, FREE -> encode(call, entry.handler().run(call));
      case READ -> locked(data.readLock(), call, entry.handler());
      case WRITE -> {
        if (!server.topology().isWritable()) {
          throw new CommandException(10107, "NotWritablePrimary", "not primary");
        }
        yield locked(data.writeLock(), call, c -> retries.once(c, entry.handler()));
      }
    };
  }

  /** Encodes under the lock too: what was found are the stored documents themselves. */
  private ByteBuf locked(Lock lock, Call call, Handler handler) {
    lock.lock();
    try {
      return encode(call, handler.run(call));
    } finally {
      lock.unlock();
    }
  }

  void authorize(Call call, List<Wanted> needs) {
    UserStore.User user = call.requireUser();
    for (Wanted wanted : needs) {
      if (!Roles.allow(user.roles(), wanted)) {
        throw CommandException.unauthorized(
            "not authorized on "
                + (wanted.database() == null ? "admin" : wanted.database())
                + " to execute command { "
                + call.request().name()
                + ": "
                + call.get(call.request().name())
                + " }");
      }
    }
  }

  private void refuseTransactions(Call call) {
    if (call.body().containsKey("autocommit") || call.body().containsKey("txnNumber")) {
      if (!server.topology().isReplicaSet()) {
        throw new CommandException(
            20,
            "IllegalOperation",
            "Transaction numbers are only allowed on a replica set member or mongos");
      }
      if (call.body().containsKey("autocommit")) {
        throw CommandException.notInSandbox("a transaction");
      }
    }
  }

  private ByteBuf encode(Call call, Document reply) {
    return encode(call.connection(), call.request(), reply, 1.0);
  }

  private ByteBuf encode(
      SandboxConnection connection, WireRequest request, Document reply, double ok) {
    reply.remove("ok");
    reply.put("ok", ok);
    if (server.topology().isReplicaSet() && connection.user() != null) {
      reply.put(
          "$clusterTime",
          new Document("clusterTime", server.topology().timestamp())
              .append(
                  "signature",
                  new Document("hash", new de.bwaldvogel.mongo.bson.BinData(new byte[20]))
                      .append("keyId", 0L)));
      reply.put("operationTime", server.topology().timestamp());
    }
    return WireFrames.encode(connection.context().alloc(), request, reply);
  }

  private ByteBuf failed(
      SandboxConnection connection,
      WireRequest request,
      int code,
      @Nullable String codeName,
      String message) {
    var reply = new Document("errmsg", message).append("code", code);
    reply.put("codeName", codeName == null ? "Location" + code : codeName);
    return encode(connection, request, reply, 0.0);
  }
}
