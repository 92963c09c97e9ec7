package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.NoopOplog;
import io.tidegate.testkit.sandbox.Roles.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Aggregation pipelines: what they touch, and how they run. Adds to the backend's stages views,
 * {@code $unionWith}, {@code $documents}, {@code $currentOp}, {@code $collStats} and the newer
 * names of old stages.
 */
final class Pipelines {

  private static final Set<String> LAST = Set.of("$out", "$merge");

  private final SandboxMongo server;

  Pipelines(SandboxMongo server) {
    this.server = server;
  }

  /** The privileges a pipeline asks for, beyond those for the collection it runs on. */
  static List<Wanted> needs(String database, List<Document> pipeline) {
    List<Wanted> wanted = new ArrayList<>();
    for (Document stage : pipeline) {
      stage.forEach((name, value) -> addNeeds(wanted, database, name, value));
    }
    return wanted;
  }

  private static void addNeeds(
      List<Wanted> wanted, String database, String stage, @Nullable Object value) {
    switch (stage) {
      case "$lookup", "$graphLookup" -> {
        Document options = options(value, stage);
        if (options.get("from") instanceof String from) {
          wanted.add(Wanted.on("find", database, from));
        }
        if (options.get("pipeline") instanceof List<?> nested) {
          wanted.addAll(needs(database, Call.documents(nested, "pipeline")));
        }
      }
      case "$unionWith" -> {
        if (value instanceof String from) {
          wanted.add(Wanted.on("find", database, from));
        } else {
          Document options = options(value, stage);
          if (options.get("coll") instanceof String from) {
            wanted.add(Wanted.on("find", database, from));
          }
          if (options.get("pipeline") instanceof List<?> nested) {
            wanted.addAll(needs(database, Call.documents(nested, "pipeline")));
          }
        }
      }
      case "$facet" ->
          options(value, stage)
              .values()
              .forEach(branch -> wanted.addAll(needs(database, Call.documents(branch, "$facet"))));
      case "$out" -> {
        String db = database;
        Object collection = value;
        if (value instanceof Document options) {
          db = String.valueOf(options.get("db"));
          collection = options.get("coll");
        }
        wanted.add(Wanted.on("insert", db, String.valueOf(collection)));
        wanted.add(Wanted.on("remove", db, String.valueOf(collection)));
      }
      case "$merge" -> {
        Object into = value instanceof Document options ? options.get("into") : value;
        String db = database;
        if (into instanceof Document target) {
          db = target.get("db") instanceof String named ? named : database;
          into = target.get("coll");
        }
        wanted.add(Wanted.on("insert", db, String.valueOf(into)));
        wanted.add(Wanted.on("update", db, String.valueOf(into)));
      }
      case "$currentOp" -> {
        if (Call.truth(options(value, stage).get("allUsers"))) {
          wanted.add(Wanted.onCluster("inprog"));
        }
      }
      case "$listSessions", "$listLocalSessions" -> {
        if (Call.truth(options(value, stage).get("allUsers"))) {
          wanted.add(Wanted.onCluster("listSessions"));
        }
      }
      default -> {}
    }
  }

  static boolean writes(List<Document> pipeline) {
    return !pipeline.isEmpty() && pipeline.getLast().keySet().stream().anyMatch(LAST::contains);
  }

  private static Document options(@Nullable Object value, String stage) {
    if (value instanceof Document document) {
      return document;
    }
    throw new CommandException(9, "FailedToParse", "the " + stage + " stage must be an object");
  }

  /** Runs a pipeline on a collection, or without one for {@code aggregate: 1}. */
  List<Document> run(Call call, @Nullable String collection, List<Document> pipeline) {
    List<Document> stages = pipeline;
    Stream<Document> input;
    if (collection == null) {
      if (pipeline.isEmpty()) {
        throw new CommandException(73, "InvalidNamespace", "{aggregate: 1} needs a first stage");
      }
      input = sourceOf(call, pipeline.getFirst());
      stages = pipeline.subList(1, pipeline.size());
    } else {
      input = source(call, collection);
    }
    return apply(call, call.database(), collection, input, stages);
  }

  /** The documents of a collection, a view, or the users. */
  Stream<Document> source(Call call, String collection) {
    if (call.database().equals("admin") && collection.equals("system.users")) {
      return server.users().all().stream().map(user -> user.document(true));
    }
    Storage.View view = server.storage().view(call.database(), collection);
    if (view != null) {
      return apply(call, call.database(), view.on(), source(call, view.on()), view.pipeline())
          .stream();
    }
    return server.storage().read(call.database(), collection);
  }

  private Stream<Document> sourceOf(Call call, Document stage) {
    String name = stage.keySet().iterator().next();
    Object value = stage.get(name);
    return switch (name) {
      case "$currentOp" -> {
        if (!call.database().equals("admin")) {
          throw new CommandException(
              73,
              "InvalidNamespace",
              "$currentOp must be run against the 'admin' database with {aggregate: 1}");
        }
        boolean everybody = Call.truth(options(value, name).get("allUsers"));
        yield server.operations().documents(everybody ? null : call.requireUser().name()).stream();
      }
      case "$listLocalSessions", "$listSessions" -> Stream.empty();
      case "$documents" -> Call.documents(value, "$documents").stream();
      case "$changeStream" ->
          throw new CommandException(
              40573, "Location40573", "The $changeStream stage is only supported on replica sets");
      default ->
          throw new CommandException(
              73, "InvalidNamespace", "{aggregate: 1} is not valid for '" + name + "'");
    };
  }

  private List<Document> apply(
      Call call,
      String database,
      @Nullable String collection,
      Stream<Document> input,
      List<Document> stages) {
    Stream<Document> stream = input;
    List<Document> pending = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      Document stage = stages.get(i);
      if (stage.size() != 1) {
        throw new CommandException(
            40323,
            "Location40323",
            "A pipeline stage specification object must contain exactly one field.");
      }
      Map.Entry<String, Object> only = stage.entrySet().iterator().next();
      String name = only.getKey();
      if (LAST.contains(name) && i < stages.size() - 1) {
        throw new CommandException(
            40601, "Location40601", name + " can only be the final stage in the pipeline");
      }
      switch (name) {
        case "$unionWith" -> {
          stream = flush(database, collection, stream, pending).stream();
          pending.clear();
          stream = Stream.concat(stream, union(call, only.getValue()).stream());
        }
        case "$set" -> pending.add(new Document("$addFields", only.getValue()));
        case "$replaceWith" ->
            pending.add(new Document("$replaceRoot", new Document("newRoot", only.getValue())));
        case "$collStats" -> stream = Stream.of(stats(database, String.valueOf(collection)));
        case "$changeStream" ->
            throw new CommandException(
                40573,
                "Location40573",
                "The $changeStream stage is only supported on replica sets");
        default -> pending.add(stage);
      }
    }
    return flush(database, collection, stream, pending);
  }

  private Document stats(String database, String collection) {
    int count = (int) server.storage().read(database, collection).count();
    return new Document("ns", database + "." + collection)
        .append("localTime", server.clock().instant())
        .append("count", count)
        .append(
            "storageStats",
            new Document("count", count)
                .append("size", 0)
                .append("storageSize", 0)
                .append("totalIndexSize", 0)
                .append("totalSize", 0)
                .append("nindexes", 1)
                .append("indexSizes", new Document("_id_", 0))
                .append("capped", false));
  }

  private List<Document> union(Call call, Object value) {
    String from;
    List<Document> nested = List.of();
    if (value instanceof String name) {
      from = name;
    } else {
      Document options = options(value, "$unionWith");
      from = String.valueOf(options.get("coll"));
      if (options.get("pipeline") instanceof List<?> pipeline) {
        nested = Call.documents(pipeline, "pipeline");
      }
    }
    return apply(call, call.database(), from, source(call, from), nested);
  }

  private List<Document> flush(
      String database, @Nullable String collection, Stream<Document> input, List<Document> stages) {
    if (stages.isEmpty()) {
      return input.toList();
    }
    Storage storage = server.storage();
    return Aggregation.fromPipeline(
            List.copyOf(stages),
            storage.backend()::resolveDatabase,
            storage.database(database),
            collection == null ? null : storage.collection(database, collection),
            NoopOplog.get())
        .runStages(input);
  }
}
