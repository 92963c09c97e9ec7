package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import io.tidegate.testkit.sandbox.CommandTable.Kind;
import io.tidegate.testkit.sandbox.Roles.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reading and writing data, and what describes it. */
final class DataCommands {

  /** Fields of the protocol and of features without effect here; the backend must not see them. */
  private static final Set<String> GENERIC =
      Set.of(
          "$db",
          "lsid",
          "$clusterTime",
          "$readPreference",
          "txnNumber",
          "readConcern",
          "writeConcern",
          "maxTimeMS",
          "comment",
          "apiVersion",
          "apiStrict",
          "apiDeprecationErrors",
          "bypassDocumentValidation",
          "allowDiskUse",
          "hint",
          "collation",
          "let");

  private final SandboxMongo server;
  private final CommandTable table;
  private final Pipelines pipelines;

  private DataCommands(SandboxMongo server, CommandTable table) {
    this.server = server;
    this.table = table;
    this.pipelines = new Pipelines(server);
  }

  static void register(CommandTable table, SandboxMongo server) {
    var commands = new DataCommands(server, table);
    table.add("find", Kind.READ, on("find"), commands::find);
    table.add("aggregate", Kind.WRITE, commands::aggregateNeeds, commands::aggregate);
    table.add("count", Kind.READ, on("find"), commands::count);
    table.add("distinct", Kind.READ, on("find"), commands::distinct);
    table.add("getMore", Kind.READ, commands::getMore);
    table.add("killCursors", Kind.FREE, commands::killCursors);
    table.add("insert", Kind.WRITE, on("insert"), commands::insert);
    table.add("update", Kind.WRITE, DataCommands::updateNeeds, commands::update);
    table.add("delete", Kind.WRITE, on("remove"), commands::delete);
    table.add("findAndModify", Kind.WRITE, DataCommands::modifyNeeds, commands::findAndModify);
    table.alias("findandmodify", "findAndModify");
    table.add("bulkWrite", Kind.WRITE, DataCommands::bulkNeeds, commands::bulkWrite);
    table.add("explain", Kind.READ, commands::explainNeeds, commands::explain);
    table.add("listDatabases", Kind.READ, commands::listDatabases);
    table.add("listCollections", Kind.READ, commands::listNeeds, commands::listCollections);
    table.add("listIndexes", Kind.READ, on("listIndexes"), commands::listIndexes);
    table.add("create", Kind.WRITE, on("createCollection"), commands::create);
    table.add("collMod", Kind.WRITE, on("collMod"), commands::collMod);
    table.add("drop", Kind.WRITE, on("dropCollection"), commands::drop);
    table.add(
        "dropDatabase",
        Kind.WRITE,
        call -> List.of(Wanted.onDatabase("dropDatabase", call.database())),
        commands::dropDatabase);
    table.add("renameCollection", Kind.WRITE, DataCommands::renameNeeds, commands::rename);
    table.add("createIndexes", Kind.WRITE, on("createIndex"), commands::plain);
    table.add("dropIndexes", Kind.WRITE, on("dropIndex"), commands::plain);
    table.add("collStats", Kind.READ, on("collStats"), commands::plain);
    table.alias("collstats", "collStats");
    table.add(
        "dbStats",
        Kind.READ,
        call -> List.of(Wanted.onDatabase("dbStats", call.database())),
        commands::plain);
    table.alias("dbstats", "dbStats");
    table.add("validate", Kind.READ, on("validate"), commands::plain);
    for (String absent : List.of("mapReduce", "cloneCollectionAsCapped", "convertToCapped")) {
      table.add(
          absent,
          Kind.FREE,
          call -> {
            throw CommandException.notInSandbox(absent);
          });
    }
  }

  private static CommandTable.Needs on(String action) {
    return call -> List.of(Wanted.on(action, call.database(), call.collection()));
  }

  private static Document without(Document body) {
    var copy = new Document();
    body.forEach((key, value) -> {
      if (!GENERIC.contains(key)) {
        copy.put(key, value);
      }
    });
    return copy;
  }

  private Document backend(Call call, Document arguments) {
    Channel channel = call.connection().context().channel();
    String name = arguments.keySet().iterator().next();
    return new Document(server.storage().run(channel, call.database(), name, arguments));
  }

  private Document plain(Call call) {
    return backend(call, without(call.body()));
  }

  private Document find(Call call) {
    boolean stored =
        server.storage().view(call.database(), call.collection()) == null
            && !call.collection().startsWith("system.");
    Object limit = call.get("limit");
    int most = limit instanceof Number number ? Math.abs(number.intValue()) : 0;
    List<Document> found;
    if (stored) {
      Document arguments = new Document("find", call.collection());
      arguments.put("filter", call.document("filter"));
      for (String option : List.of("sort", "projection")) {
        if (call.get(option) instanceof Document value && !value.isEmpty()) {
          arguments.put(option, value);
        }
      }
      if (call.get("skip") instanceof Number skip) {
        arguments.put("skip", skip.intValue());
      }
      arguments.put("limit", most);
      found =
          server.storage().hasCollection(call.database(), call.collection())
              ? firstBatch(backend(call, arguments))
              : List.of();
    } else {
      List<Document> stages = new ArrayList<>();
      stages.add(new Document("$match", call.document("filter")));
      for (String option : List.of("sort", "skip")) {
        if (call.get(option) != null) {
          stages.add(new Document("$" + option, call.get(option)));
        }
      }
      if (most > 0) {
        stages.add(new Document("$limit", most));
      }
      if (call.get("projection") instanceof Document projection && !projection.isEmpty()) {
        stages.add(new Document("$project", projection));
      }
      found = pipelines.run(call, call.collection(), stages);
    }
    boolean single =
        call.flag("singleBatch") || (limit instanceof Number number && number.intValue() < 0);
    return server
        .cursors()
        .first(call.namespace(), found, call.get("batchSize"), single, call.userName());
  }

  private static List<Document> firstBatch(Document reply) {
    if (reply.get("cursor") instanceof Document cursor
        && cursor.get("firstBatch") instanceof List<?> batch) {
      return Call.documents(batch, "firstBatch");
    }
    return List.of();
  }

  private List<Wanted> aggregateNeeds(Call call) {
    List<Wanted> wanted = new ArrayList<>();
    if (call.get("aggregate") instanceof String) {
      wanted.add(Wanted.on("find", call.database(), call.collection()));
    }
    wanted.addAll(Pipelines.needs(call.database(), call.documents("pipeline")));
    return wanted;
  }

  private Document aggregate(Call call) {
    if (call.flag("explain")) {
      return explanation(call);
    }
    List<Document> pipeline = call.documents("pipeline");
    if (!(call.get("cursor") instanceof Document cursor)) {
      throw new CommandException(
          9,
          "FailedToParse",
          "The 'cursor' option is required, except for aggregate with the explain argument");
    }
    boolean collectionless = !(call.get("aggregate") instanceof String);
    String collection = collectionless ? null : call.collection();
    List<Document> found = pipelines.run(call, collection, pipeline);
    String namespace = call.database() + "." + (collection == null ? "$cmd.aggregate" : collection);
    return server
        .cursors()
        .first(
            namespace,
            Pipelines.writes(pipeline) ? List.of() : found,
            cursor.get("batchSize"),
            false,
            call.userName());
  }

  private Document count(Call call) {
    if (server.storage().view(call.database(), call.collection()) != null) {
      List<Document> found =
          pipelines.run(
              call, call.collection(), List.of(new Document("$match", call.document("query"))));
      return new Document("n", found.size());
    }
    Document arguments = without(call.body());
    arguments.put("query", call.document("query"));
    return backend(call, arguments);
  }

  private Document distinct(Call call) {
    Document arguments = without(call.body());
    arguments.put("query", call.document("query"));
    return backend(call, arguments);
  }

  private Document getMore(Call call) {
    if (!(call.get("getMore") instanceof Number id)) {
      throw CommandException.typeMismatch("\"getMore\" must be a long");
    }
    return server
        .cursors()
        .next(
            id.longValue(),
            call.database() + "." + call.text("collection"),
            call.get("batchSize"),
            call.userName());
  }

  private Document killCursors(Call call) {
    if (!(call.get("cursors") instanceof List<?> ids)) {
      throw CommandException.typeMismatch("\"cursors\" must be an array");
    }
    return server.cursors().kill(ids, call.userName());
  }

  private void refuseView(Call call) {
    if (server.storage().view(call.database(), call.collection()) != null) {
      throw new CommandException(
          166, "CommandNotSupportedOnView", call.namespace() + " is a view, not a collection");
    }
  }

  private Document insert(Call call) {
    refuseView(call);
    List<Document> documents = call.documents("documents");
    Document arguments = without(call.body());
    arguments.putIfAbsent("ordered", true);
    Document reply = backend(call, arguments);
    // The backend counts what was sent; what was stored is what clients need.
    if (reply.get("writeErrors") instanceof List<?> errors && !errors.isEmpty()) {
      boolean ordered = Call.truth(arguments.get("ordered"));
      int firstError =
          errors.getFirst() instanceof Document error && error.get("index") instanceof Number index
              ? index.intValue()
              : 0;
      reply.put("n", ordered ? firstError : documents.size() - errors.size());
    }
    return reply;
  }

  private static List<Wanted> updateNeeds(Call call) {
    List<Wanted> wanted = new ArrayList<>();
    wanted.add(Wanted.on("update", call.database(), call.collection()));
    if (call.documents("updates").stream().anyMatch(each -> Call.truth(each.get("upsert")))) {
      wanted.add(Wanted.on("insert", call.database(), call.collection()));
    }
    return wanted;
  }

  private Document update(Call call) {
    refuseView(call);
    for (Document each : call.documents("updates")) {
      if (!(each.get("u") instanceof Document)) {
        throw CommandException.notInSandbox("an update by a pipeline");
      }
    }
    return backend(call, without(call.body()));
  }

  private Document delete(Call call) {
    refuseView(call);
    return backend(call, without(call.body()));
  }

  private static List<Wanted> modifyNeeds(Call call) {
    String collection = call.collection();
    List<Wanted> wanted = new ArrayList<>();
    wanted.add(Wanted.on("find", call.database(), collection));
    wanted.add(Wanted.on(call.flag("remove") ? "remove" : "update", call.database(), collection));
    if (call.flag("upsert")) {
      wanted.add(Wanted.on("insert", call.database(), collection));
    }
    return wanted;
  }

  private Document findAndModify(Call call) {
    refuseView(call);
    Document arguments = without(call.body());
    arguments.put("query", call.document("query"));
    if (arguments.get("sort") == null) {
      arguments.remove("sort");
    }
    // The backend knows the command by either name, its own first.
    return backend(call, arguments);
  }

  private static String[] namespace(Document info) {
    String full = String.valueOf(info.get("ns"));
    int dot = full.indexOf('.');
    if (dot <= 0) {
      throw new CommandException(73, "InvalidNamespace", "Invalid namespace " + full);
    }
    return new String[] {full.substring(0, dot), full.substring(dot + 1)};
  }

  private static String[] space(List<Document> spaces, @Nullable Object index) {
    if (index instanceof Number number
        && number.intValue() >= 0
        && number.intValue() < spaces.size()) {
      return namespace(spaces.get(number.intValue()));
    }
    throw CommandException.badValue("BulkWrite ops entry has an invalid nsInfo index");
  }

  private static List<Wanted> bulkNeeds(Call call) {
    List<Document> spaces = call.documents("nsInfo");
    List<Wanted> wanted = new ArrayList<>();
    for (Document op : call.documents("ops")) {
      String kind = op.keySet().iterator().next();
      String[] namespace = space(spaces, op.get(kind));
      String action = kind.equals("delete") ? "remove" : kind;
      wanted.add(Wanted.on(action, namespace[0], namespace[1]));
      if (Call.truth(op.get("upsert"))) {
        wanted.add(Wanted.on("insert", namespace[0], namespace[1]));
      }
    }
    return wanted;
  }

  private Document bulkWrite(Call call) {
    if (!call.database().equals("admin")) {
      throw CommandException.unauthorized("bulkWrite may only be run against the admin database.");
    }
    List<Document> spaces = call.documents("nsInfo");
    List<Document> results = new ArrayList<>();
    int inserted = 0;
    int matched = 0;
    int modified = 0;
    int upserted = 0;
    int deleted = 0;
    int errors = 0;
    boolean ordered = call.get("ordered") == null || call.flag("ordered");
    List<Document> ops = call.documents("ops");
    for (int i = 0; i < ops.size() && !(ordered && errors > 0); i++) {
      Document op = ops.get(i);
      String kind = op.keySet().iterator().next();
      String[] namespace = space(spaces, op.get(kind));
      Document reply = write(call, kind, namespace, op);
      Document result = new Document("ok", 1.0).append("idx", i);
      int n = reply.get("n") instanceof Number number ? number.intValue() : 0;
      if (reply.get("writeErrors") instanceof List<?> failed
          && !failed.isEmpty()
          && failed.getFirst() instanceof Document error) {
        errors++;
        result.put("ok", 0.0);
        result.put("code", error.get("code"));
        result.put("errmsg", error.get("errmsg"));
        n = 0;
      } else if (kind.equals("insert")) {
        inserted += n;
      } else if (kind.equals("delete")) {
        deleted += n;
      } else if (reply.get("upserted") instanceof List<?> ids
          && ids.getFirst() instanceof Document first) {
        upserted++;
        result.put("upserted", new Document("_id", first.get("_id")));
      } else {
        matched += n;
        int changed = reply.get("nModified") instanceof Number number ? number.intValue() : 0;
        modified += changed;
        result.put("nModified", changed);
      }
      result.put("n", n);
      results.add(result);
    }
    boolean onlyErrors = call.flag("errorsOnly");
    if (onlyErrors) {
      results.removeIf(result -> Double.valueOf(1.0).equals(result.get("ok")));
    }
    return server
        .cursors()
        .first("admin.$cmd.bulkWrite", results, Integer.MAX_VALUE, true, call.userName())
        .append("nErrors", errors)
        .append("nInserted", inserted)
        .append("nMatched", matched)
        .append("nModified", modified)
        .append("nUpserted", upserted)
        .append("nDeleted", deleted);
  }

  private Document write(Call call, String kind, String[] namespace, Document op) {
    var arguments = new Document(kind, namespace[1]).append("ordered", true);
    switch (kind) {
      case "insert" -> {
        List<Document> one = new ArrayList<>();
        one.add((Document) op.get("document"));
        arguments.put("documents", one);
      }
      case "update" ->
          arguments.put(
              "updates",
              List.of(
                  new Document("q", op.get("filter"))
                      .append("u", op.get("updateMods"))
                      .append("multi", Call.truth(op.get("multi")))
                      .append("upsert", Call.truth(op.get("upsert")))));
      case "delete" ->
          arguments.put(
              "deletes",
              List.of(
                  new Document("q", op.get("filter"))
                      .append("limit", Call.truth(op.get("multi")) ? 0 : 1)));
      default -> throw CommandException.badValue("bulkWrite has no operation " + kind);
    }
    Channel channel = call.connection().context().channel();
    return server.storage().run(channel, namespace[0], kind, arguments);
  }

  private Call inner(Call call) {
    Document inner = new Document(call.document("explain"));
    if (inner.isEmpty()) {
      throw CommandException.typeMismatch("\"explain\" must be a command");
    }
    inner.put("$db", call.database());
    var request = new WireRequest(call.request().requestId(), false, false, call.database(), inner);
    return new Call(call.connection(), request, call.operation(), call.user());
  }

  private List<Wanted> explainNeeds(Call call) {
    return table.needsOf(inner(call));
  }

  private Document explain(Call call) {
    return explanation(inner(call));
  }

  private Document explanation(Call call) {
    String namespace =
        call.get(call.request().name()) instanceof String collection
            ? call.database() + "." + collection
            : call.database() + ".$cmd";
    return new Document("explainVersion", "1")
        .append(
            "queryPlanner",
            new Document("namespace", namespace)
                .append("indexFilterSet", false)
                .append(
                    "winningPlan", new Document("stage", "COLLSCAN").append("direction", "forward"))
                .append("rejectedPlans", List.of()))
        .append("command", without(call.body()))
        .append("serverInfo", new Document("host", server.address()).append("version", "8.0.0"));
  }

  private Document listDatabases(Call call) {
    Channel channel = call.connection().context().channel();
    UserStore.User user = call.requireUser();
    boolean all = Roles.allow(user.roles(), Wanted.onCluster("listDatabases"));
    boolean onlyOwn = !all || call.flag("authorizedDatabases");
    Set<String> names = server.storage().databases(channel);
    if (!server.users().databases().isEmpty()) {
      names.add("admin");
    }
    List<Document> databases = new ArrayList<>();
    for (String name : names) {
      if (onlyOwn && !Roles.mayFindIn(user.roles(), name)) {
        continue;
      }
      var database = new Document("name", name);
      if (!call.flag("nameOnly")) {
        database.append("sizeOnDisk", 40_960L).append("empty", false);
      }
      databases.add(database);
    }
    databases = matching(call, databases);
    return new Document("databases", databases)
        .append("totalSize", 40_960L * databases.size())
        .append("totalSizeMb", 0L);
  }

  private List<Document> matching(Call call, List<Document> documents) {
    Document filter = call.document("filter");
    return filter.isEmpty()
        ? documents
        : pipelines.run(
            call,
            null,
            List.of(new Document("$documents", documents), new Document("$match", filter)));
  }

  private List<Wanted> listNeeds(Call call) {
    // Names of one's own collections are for everyone who may read something there.
    boolean own = call.flag("authorizedCollections") && call.flag("nameOnly");
    return own ? List.of() : List.of(Wanted.onDatabase("listCollections", call.database()));
  }

  private Document listCollections(Call call) {
    Channel channel = call.connection().context().channel();
    List<Document> found = new ArrayList<>();
    Map<String, Document> all = server.storage().collections(channel, call.database());
    for (Document each : all.values()) {
      String name = String.valueOf(each.get("name"));
      if (!Roles.allow(call.requireUser().roles(), Wanted.on("find", call.database(), name))) {
        continue;
      }
      found.add(
          call.flag("nameOnly")
              ? new Document("name", name).append("type", each.get("type"))
              : each);
    }
    Object batchSize = call.document("cursor").get("batchSize");
    return server
        .cursors()
        .first(
            call.database() + ".$cmd.listCollections",
            matching(call, found),
            batchSize == null ? Integer.MAX_VALUE : batchSize,
            false,
            call.userName());
  }

  private Document listIndexes(Call call) {
    if (!server.storage().hasCollection(call.database(), call.collection())) {
      throw CommandException.namespaceNotFound(call.namespace());
    }
    List<Document> found =
        firstBatch(backend(call, new Document("listIndexes", call.collection())));
    return server
        .cursors()
        .first(call.namespace(), found, Integer.MAX_VALUE, true, call.userName());
  }

  private Document create(Call call) {
    Channel channel = call.connection().context().channel();
    if (server.storage().collections(channel, call.database()).containsKey(call.collection())) {
      throw new CommandException(
          48, "NamespaceExists", "Collection " + call.namespace() + " already exists.");
    }
    if (call.get("viewOn") instanceof String on) {
      List<Document> pipeline =
          call.get("pipeline") == null ? List.of() : call.documents("pipeline");
      server.storage().putView(call.database(), call.collection(), new Storage.View(on, pipeline));
      return new Document();
    }
    var arguments = new Document("create", call.collection());
    for (String option : List.of("capped", "size", "max")) {
      if (call.get(option) != null) {
        arguments.put(option, call.get(option));
      }
    }
    return backend(call, arguments);
  }

  private Document collMod(Call call) {
    if (call.get("viewOn") instanceof String on) {
      if (server.storage().view(call.database(), call.collection()) == null) {
        throw CommandException.namespaceNotFound(call.namespace());
      }
      server
          .storage()
          .putView(
              call.database(), call.collection(), new Storage.View(on, call.documents("pipeline")));
    } else if (!server.storage().hasCollection(call.database(), call.collection())) {
      throw CommandException.namespaceNotFound(call.namespace());
    }
    return new Document();
  }

  private Document drop(Call call) {
    if (server.storage().dropView(call.database(), call.collection())
        || !server.storage().hasCollection(call.database(), call.collection())) {
      return new Document();
    }
    return backend(call, new Document("drop", call.collection()));
  }

  private Document dropDatabase(Call call) {
    server.storage().dropDatabase(call.database());
    return new Document("dropped", call.database());
  }

  private static List<Wanted> renameNeeds(Call call) {
    String[] from = namespace(new Document("ns", call.text("renameCollection")));
    String[] to = namespace(new Document("ns", call.text("to")));
    List<Wanted> wanted = new ArrayList<>();
    if (from[0].equals(to[0])) {
      wanted.add(Wanted.onDatabase("renameCollectionSameDB", from[0]));
    } else {
      wanted.add(Wanted.on("find", from[0], from[1]));
      wanted.add(Wanted.on("dropCollection", from[0], from[1]));
      wanted.add(Wanted.on("insert", to[0], to[1]));
      wanted.add(Wanted.on("createIndex", to[0], to[1]));
    }
    if (call.flag("dropTarget")) {
      wanted.add(Wanted.on("dropCollection", to[0], to[1]));
    }
    return wanted;
  }

  private Document rename(Call call) {
    if (!call.database().equals("admin")) {
      throw CommandException.unauthorized(
          "renameCollection may only be run against the admin database.");
    }
    String[] from = namespace(new Document("ns", call.text("renameCollection")));
    if (!server.storage().hasCollection(from[0], from[1])) {
      throw CommandException.namespaceNotFound(call.text("renameCollection"));
    }
    Channel channel = call.connection().context().channel();
    return new Document(
        server
            .storage()
            .backend()
            .handleCommand(channel, "admin", "renameCollection", without(call.body())));
  }
}
