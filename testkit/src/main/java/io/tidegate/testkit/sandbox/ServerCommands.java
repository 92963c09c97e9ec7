package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import io.tidegate.testkit.sandbox.CommandTable.Kind;
import io.tidegate.testkit.sandbox.Roles.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What tells about the server and its running operations, and what changes them. */
final class ServerCommands {

  private static final String VERSION = "8.0.0";

  /** What currentOp takes besides the fields of operations to filter by. */
  private static final Set<String> NOT_A_FILTER =
      Set.of(
          "currentOp",
          "$ownOps",
          "$all",
          "$db",
          "lsid",
          "$clusterTime",
          "$readPreference",
          "comment",
          "apiVersion",
          "apiStrict",
          "apiDeprecationErrors");

  private final SandboxMongo server;

  private ServerCommands(SandboxMongo server) {
    this.server = server;
  }

  static void register(CommandTable table, SandboxMongo server) {
    var commands = new ServerCommands(server);
    table.add("buildInfo", Kind.OPEN, call -> List.of(), call -> buildInfo());
    table.alias("buildinfo", "buildInfo");
    table.add("currentOp", Kind.FREE, ServerCommands::seeingOperations, commands::currentOp);
    table.add("killOp", Kind.FREE, commands::mayKill, commands::killOp);
    onCluster(table, "serverStatus", call -> commands.serverStatus());
    onCluster(table, "getLog", ServerCommands::getLog);
    onCluster(table, "hostInfo", call -> hostInfo());
    onCluster(
        table,
        "getCmdLineOpts",
        call -> new Document("argv", List.of("sandbox")).append("parsed", new Document()));
    onCluster(table, "getParameter", ServerCommands::getParameter);
    onCluster(table, "setParameter", call -> new Document("was", 0));
    onCluster(table, "replSetGetStatus", call -> server.topology().replSetStatus());
    onCluster(table, "replSetGetConfig", call -> server.topology().replSetConfig());
    onCluster(
        table,
        "shutdown",
        call -> {
          throw CommandException.notInSandbox("shutdown");
        });
    onCluster(table, "fsync", call -> new Document("numFiles", 0));
    onCluster(
        table,
        "top",
        call -> new Document("totals", new Document("note", "all times in microseconds")));
    onCluster(
        table,
        "connPoolStats",
        call -> new Document("numClientConnections", 0).append("totalInUse", 0));
    table.add(
        "configureFailPoint",
        Kind.FREE,
        call -> List.of(Wanted.onCluster("setParameter")),
        commands::configureFailPoint);
    table.add("listCommands", Kind.FREE, call -> listCommands(table));
    table.add(
        "profile",
        Kind.FREE,
        call -> List.of(Wanted.onDatabase("enableProfiler", call.database())),
        call -> new Document("was", 0).append("slowms", 100).append("sampleRate", 1.0));
  }

  private static void onCluster(CommandTable table, String name, CommandTable.Handler handler) {
    table.add(name, Kind.FREE, call -> List.of(Wanted.onCluster(name)), handler);
  }

  static Document buildInfo() {
    return new Document("version", VERSION)
        .append("gitVersion", "tidegate-sandbox")
        .append("modules", List.of())
        .append("allocator", "java")
        .append("javascriptEngine", "none")
        .append("versionArray", List.of(8, 0, 0, 0))
        .append("openssl", new Document("running", "none"))
        .append("bits", 64)
        .append("debug", false)
        .append("maxBsonObjectSize", 16 * 1024 * 1024)
        .append("storageEngines", List.of("memory"));
  }

  private static List<Wanted> seeingOperations(Call call) {
    return call.flag("$ownOps") ? List.of() : List.of(Wanted.onCluster("inprog"));
  }

  private Document currentOp(Call call) {
    UserName only = call.flag("$ownOps") ? call.requireUser().name() : null;
    var filter = new Document();
    call.body()
        .forEach((key, value) -> {
          if (!NOT_A_FILTER.contains(key)) {
            filter.put(key, value);
          }
        });
    List<Document> found =
        new Pipelines(server)
            .run(
                call,
                null,
                List.of(
                    new Document("$documents", server.operations().documents(only)),
                    new Document("$match", filter)));
    return new Document("inprog", found);
  }

  private Operation operation(Call call) {
    Operation operation =
        call.get("op") instanceof Number id ? server.operations().find(id.intValue()) : null;
    // An operation that is over is no error: killOp says only that it tried.
    return operation == null ? call.operation() : operation;
  }

  /** One's own operations may always be killed; others' take killop. */
  private List<Wanted> mayKill(Call call) {
    boolean own = Objects.equals(operation(call).connection().user(), call.connection().user());
    return own ? List.of() : List.of(Wanted.onCluster("killop"));
  }

  private Document killOp(Call call) {
    if (!(call.get("op") instanceof Number)) {
      throw CommandException.typeMismatch("\"op\" must be a number");
    }
    Operation operation = operation(call);
    if (operation != call.operation()) {
      operation.kill();
    }
    return new Document("info", "attempting to kill op");
  }

  private Document serverStatus() {
    Duration uptime = Duration.between(server.started(), server.clock().instant());
    return new Document("host", server.address())
        .append("version", VERSION)
        .append("process", "mongod")
        .append("pid", ProcessHandle.current().pid())
        .append("uptime", (double) uptime.toSeconds())
        .append("uptimeMillis", uptime.toMillis())
        .append("localTime", server.clock().instant())
        .append(
            "connections",
            new Document("current", server.openConnections())
                .append("available", 10_000)
                .append("totalCreated", server.totalConnections()))
        .append("storageEngine", new Document("name", "memory"))
        .append(
            "metrics",
            new Document(
                "cursor",
                new Document("open", new Document("total", (long) server.cursors().size()))));
  }

  private static Document getLog(Call call) {
    List<String> lines =
        List.of(
            "{\"t\":{\"$date\":\"2026-01-01T00:00:00.000Z\"},\"s\":\"W\",\"c\":\"CONTROL\","
                + "\"id\":1,\"ctx\":\"sandbox\",\"msg\":\"This is Tidegate's sandbox, an in-memory"
                + " stand-in for MongoDB. Nothing is kept.\"}");
    Object which = call.get("getLog");
    if ("*".equals(which)) {
      return new Document("names", List.of("global", "startupWarnings"));
    }
    if ("global".equals(which) || "startupWarnings".equals(which)) {
      return new Document("totalLinesWritten", lines.size()).append("log", lines);
    }
    throw new CommandException(96, "OperationFailed", "no RamLog named: " + which);
  }

  private static Document hostInfo() {
    return new Document(
            "system",
            new Document("hostname", "sandbox")
                .append("numCores", Runtime.getRuntime().availableProcessors()))
        .append("os", new Document("type", System.getProperty("os.name")))
        .append("extra", new Document());
  }

  private static Document getParameter(Call call) {
    var reply = new Document();
    if (call.body().containsKey("featureCompatibilityVersion")
        || "*".equals(call.get("getParameter"))) {
      reply.put("featureCompatibilityVersion", new Document("version", "8.0"));
    }
    if (reply.isEmpty()) {
      throw new CommandException(72, "InvalidOptions", "no option found to get");
    }
    return reply;
  }

  private Document configureFailPoint(Call call) {
    if (!"failCommand".equals(call.get("configureFailPoint"))) {
      throw CommandException.notInSandbox("fail point " + call.get("configureFailPoint"));
    }
    server.failPoint().configure(call.get("mode"), call.get("data"));
    return new Document("count", 0);
  }

  private static Document listCommands(CommandTable table) {
    var commands = new Document();
    for (String name : new ArrayList<>(table.names())) {
      commands.put(name, new Document("help", "").append("adminOnly", false));
    }
    return new Document("commands", commands);
  }
}
