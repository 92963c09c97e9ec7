package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.NoopOplog;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data: mongo-java-server's memory backend, asked collection by collection so that reading
 * never creates anything, and the definitions of views.
 */
final class Storage {

  /** A view: a pipeline over another collection of the same database. */
  record View(String on, List<Document> pipeline) {}

  private static final class Backend extends MemoryBackend {
    Set<String> names() {
      return listDatabaseNames();
    }
  }

  private final Backend backend = new Backend();
  private final Map<String, View> views = new ConcurrentHashMap<>();

  /** Runs one of the backend's own commands on a database. */
  Document run(Channel channel, String database, String command, Document arguments) {
    return backend
        .resolveDatabase(database)
        .handleCommand(channel, command, arguments, backend::resolveDatabase, NoopOplog.get());
  }

  MemoryBackend backend() {
    return backend;
  }

  boolean hasDatabase(String database) {
    return backend.names().contains(database);
  }

  /** Databases that hold a collection or a view. */
  Set<String> databases(Channel channel) {
    Set<String> names = new TreeSet<>();
    for (String name : backend.names()) {
      if (!collections(channel, name).isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }

  /** Descriptions of collections and views by name, as {@code listCollections} gives them. */
  Map<String, Document> collections(Channel channel, String database) {
    Map<String, Document> collections = new TreeMap<>();
    if (hasDatabase(database)) {
      Document reply = run(channel, database, "listCollections", new Document());
      if (reply.get("cursor") instanceof Document cursor) {
        for (Document each : Call.documents(cursor.get("firstBatch"), "firstBatch")) {
          collections.put(String.valueOf(each.get("name")), each);
        }
      }
    }
    views.forEach((namespace, view) -> {
      if (namespace.startsWith(database + ".")) {
        String name = namespace.substring(database.length() + 1);
        collections.put(
            name,
            new Document("name", name)
                .append("type", "view")
                .append(
                    "options",
                    new Document("viewOn", view.on()).append("pipeline", view.pipeline()))
                .append("info", new Document("readOnly", true)));
      }
    });
    return collections;
  }

  @Nullable View view(String database, String name) {
    return views.get(database + "." + name);
  }

  void putView(String database, String name, View view) {
    views.put(database + "." + name, view);
  }

  boolean dropView(String database, String name) {
    return views.remove(database + "." + name) != null;
  }

  void dropDatabase(String database) {
    backend.dropDatabase(database);
    views.keySet().removeIf(namespace -> namespace.startsWith(database + "."));
  }

  boolean hasCollection(String database, String name) {
    return collection(database, name) != null;
  }

  @Nullable MongoCollection<?> collection(String database, String name) {
    return hasDatabase(database)
        ? backend.resolveDatabase(database).resolveCollection(name, false)
        : null;
  }

  /** The stored documents themselves, not copies; empty when the collection is not there. */
  Stream<Document> read(String database, String name) {
    MongoCollection<?> collection = collection(database, name);
    return collection == null ? Stream.empty() : collection.queryAllAsStream();
  }

  MongoDatabase database(String name) {
    return backend.resolveDatabase(name);
  }
}
