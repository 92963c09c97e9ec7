package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The commands that run now. Safe for concurrent use. */
final class Operations {

  private final Map<Integer, Operation> running = new ConcurrentSkipListMap<>();
  private final AtomicInteger ids = new AtomicInteger(100);
  private final InstantSource clock;

  Operations(InstantSource clock) {
    this.clock = clock;
  }

  Operation begin(SandboxConnection connection, WireRequest request) {
    var operation = new Operation(ids.incrementAndGet(), connection, request, clock.instant());
    running.put(operation.id(), operation);
    return operation;
  }

  void end(Operation operation) {
    running.remove(operation.id());
  }

  List<Operation> all() {
    return List.copyOf(running.values());
  }

  @Nullable Operation find(int id) {
    return running.get(id);
  }

  void killAll() {
    running.values().forEach(Operation::kill);
  }

  /** Kills what runs under one of the logical sessions, for {@code killSessions}. */
  void killSessions(List<Object> ids) {
    for (Operation operation : all()) {
      if (operation.request().body().get("lsid") instanceof Document lsid
          && ids.contains(lsid.get("id"))) {
        operation.kill();
      }
    }
  }

  /** As {@code currentOp} shows them; {@code onlyOf} null means everybody's. */
  List<Document> documents(@Nullable UserName onlyOf) {
    List<Document> documents = new ArrayList<>();
    for (Operation operation : all()) {
      SandboxConnection connection = operation.connection();
      UserName user = connection.user();
      if (onlyOf != null && !Objects.equals(user, onlyOf)) {
        continue;
      }
      Instant now = clock.instant();
      Duration age = Duration.between(operation.started(), now);
      var document =
          new Document("type", "op")
              .append("host", connection.server().address())
              .append("desc", "conn" + connection.id())
              .append("connectionId", connection.id())
              .append("client", connection.remoteAddress())
              .append("appName", connection.applicationName())
              .append("active", true)
              .append("currentOpTime", now.toString())
              .append("opid", operation.id())
              .append("secs_running", age.toSeconds())
              .append("microsecs_running", age.toMillis() * 1000)
              .append("op", "command")
              .append("ns", operation.namespace())
              .append("command", withoutSecrets(operation.request()))
              .append("killPending", operation.isKilled());
      if (user != null) {
        document.append(
            "effectiveUsers",
            List.of(new Document("user", user.user()).append("db", user.database())));
      }
      if (operation.request().body().get("lsid") instanceof Document lsid) {
        document.append("lsid", lsid);
      }
      documents.add(document);
    }
    return documents;
  }

  private static Document withoutSecrets(WireRequest request) {
    return switch (request.name()) {
      case "saslStart", "saslContinue", "createUser", "updateUser" ->
          new Document(request.name(), "<hidden>");
      case "insert", "update", "delete", "bulkWrite" ->
          new Document(request.name(), request.body().get(request.name()));
      default -> request.body();
    };
  }
}
