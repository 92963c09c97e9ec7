package io.tidegate.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.e2e.support.DbAccess;
import io.tidegate.e2e.support.Eventually;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.e2e.support.Target;
import io.tidegate.testkit.target.TargetReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every known way to touch what the lease does not name, through a live gateway to a target whose
 * stored account could: refused with code 13 and a rule, and nothing changed behind it. Each has a
 * neighbour that differs in the one thing that matters, and works.
 */
class AttackTest {

  /** A command that must be refused, and one like it that must not. */
  record Case(
      String name, String database, String attack, String neighbourDatabase, String neighbour) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Target target;
  private static RunningTidegate tidegate;
  private static DbAccess access;
  private static MongoClient client;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    target = Target.standalone();
    TargetReport.shared().ran(TargetReport.Target.SANDBOX, "in the test");
    tidegate =
        RunningTidegate.start(
            RunningTidegate.Settings.inFrontOf(folder.resolve("data"), target.uri()));
    access =
        tidegate
            .person("engineer")
            .beginAccess("readwrite", "1h", "--reason", "try what must not work");
    Eventually.yes(
        Duration.ofMinutes(2), access::said, () -> !tidegate.person("owner").toApprove().isEmpty());
    String id = tidegate.person("owner").toApprove().getFirst().getString("id");
    tidegate.person("owner").rest().post("/requests/" + id + "/approve", new Document()).good();
    access.awaitReady(Duration.ofMinutes(2));
    client = MongoClients.create(access.uri());
  }

  @AfterAll
  static void stop() {
    for (AutoCloseable each : java.util.Arrays.asList(client, access, tidegate, target)) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Case in(String name, String attack, String neighbour) {
    return new Case(name, "shop", attack, "shop", neighbour);
  }

  private static Case admin(String name, String attack, String neighbour) {
    return new Case(name, "admin", attack, "admin", neighbour);
  }

  /** Same command, another database. */
  private static Case elsewhere(String name, String command) {
    return new Case(
        name, "hr", command.replace("COLL", "salaries"), "shop", command.replace("COLL", "orders"));
  }

  private static String pipeline(String collection, String stages) {
    return "{aggregate: '" + collection + "', pipeline: [" + stages + "], cursor: {}}";
  }

  static Stream<Case> cases() {
    return Stream.of(
            List.of(
                elsewhere("find in another database", "{find: 'COLL', limit: 1}"),
                elsewhere("find one document", "{find: 'COLL', limit: 1, singleBatch: true}"),
                elsewhere("count", "{count: 'COLL'}"),
                elsewhere("distinct", "{distinct: 'COLL', key: 'name'}"),
                elsewhere("aggregate", pipeline("COLL", "{$limit: 1}")),
                elsewhere("insert", "{insert: 'COLL', documents: [{_id: 'a-insert'}]}"),
                elsewhere(
                    "update", "{update: 'COLL', updates: [{q: {_id: 'none'}, u: {$set: {x: 1}}}]}"),
                elsewhere(
                    "upsert",
                    "{update: 'COLL', updates: [{q: {_id: 'a-upsert'}, u: {$set: {x: 1}}, upsert:"
                        + " true}]}"),
                elsewhere("delete", "{delete: 'COLL', deletes: [{q: {_id: 'none'}, limit: 1}]}"),
                elsewhere(
                    "findAndModify",
                    "{findAndModify: 'COLL', query: {_id: 'none'}, update: {$set: {x: 1}}}"),
                elsewhere(
                    "findandmodify, lower case",
                    "{findandmodify: 'COLL', query: {_id: 'none'}, remove: true}"),
                elsewhere("listCollections", "{listCollections: 1}"),
                elsewhere(
                    "listCollections, names only",
                    "{listCollections: 1, nameOnly: true, authorizedCollections: false}"),
                elsewhere("listIndexes", "{listIndexes: 'COLL'}"),
                elsewhere("collStats", "{collStats: 'COLL'}"),
                elsewhere("create a collection", "{create: 'a-created'}"),
                elsewhere(
                    "create an index",
                    "{createIndexes: 'COLL', indexes: [{key: {a: 1}, name: 'a_1'}]}"),
                elsewhere("explain a find", "{explain: {find: 'COLL'}}"),
                elsewhere(
                    "explain an update",
                    "{explain: {update: 'COLL', updates: [{q: {}, u: {$set: {x: 1}}}]}}"),
                elsewhere("drop", "{drop: 'a-created'}"),
                elsewhere(
                    "find without a filter by OP_MSG with a comment",
                    "{find: 'COLL', limit: 1, comment: 'shop.orders'}")),
            List.of(
                in(
                    "$out to another database",
                    pipeline("orders", "{$limit: 1}, {$out: {db: 'hr', coll: 'stolen'}}"),
                    pipeline("orders", "{$limit: 1}, {$out: 'kept'}")),
                in(
                    "$merge to another database",
                    pipeline("orders", "{$limit: 1}, {$merge: {into: {db: 'hr', coll: 'stolen'}}}"),
                    pipeline("orders", "{$limit: 1}, {$merge: {into: 'merged'}}")),
                in(
                    "$lookup from another database",
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$lookup: {from: {db: 'hr', coll: 'salaries'}, as: 'x',"
                            + " pipeline: []}}"),
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$lookup: {from: 'customers', localField: 'customerId',"
                            + " foreignField: '_id', as: 'x'}}")),
                in(
                    "$unionWith another database",
                    pipeline("orders", "{$limit: 1}, {$unionWith: {db: 'hr', coll: 'salaries'}}"),
                    pipeline("orders", "{$limit: 1}, {$unionWith: {coll: 'customers'}}")),
                in(
                    "$lookup from system.users in a nested pipeline",
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$lookup: {from: 'customers', as: 'x', pipeline:"
                            + " [{$unionWith: {db: 'hr', coll: 'salaries'}}]}}"),
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$lookup: {from: 'customers', as: 'x', pipeline: [{$limit:"
                            + " 1}]}}")),
                in(
                    "$facet with $lookup into another database",
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$facet: {a: [{$lookup: {from: {db: 'hr', coll: 'salaries'},"
                            + " as: 'x', pipeline: []}}]}}"),
                    pipeline("orders", "{$limit: 1}, {$facet: {a: [{$limit: 1}]}}")),
                in(
                    "$graphLookup from another database",
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$graphLookup: {from: {db: 'hr', coll: 'salaries'},"
                            + " startWith: '$a', connectFromField: 'a', connectToField: 'b', as:"
                            + " 'x'}}"),
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$graphLookup: {from: 'customers', startWith: '$customerId',"
                            + " connectFromField: 'customerId', connectToField: '_id', as: 'x'}}")),
                in(
                    "$listSessions",
                    pipeline("system.sessions", "{$listSessions: {allUsers: true}}"),
                    pipeline("orders", "{$match: {status: 'packed'}}, {$limit: 1}")),
                in(
                    "an unknown stage",
                    pipeline("orders", "{$limit: 1}, {$exfiltrate: {to: 'hr'}}"),
                    pipeline("orders", "{$limit: 1}, {$set: {to: 'hr'}}")),
                in(
                    "an internal stage",
                    pipeline("orders", "{$_internalInhibitOptimization: {}}"),
                    pipeline("orders", "{$limit: 2}")),
                in(
                    "$out to a system collection",
                    pipeline("orders", "{$limit: 1}, {$out: 'system.views'}"),
                    pipeline("orders", "{$limit: 1}, {$out: 'kept2'}")),
                in(
                    "explain of an aggregate with $lookup elsewhere",
                    "{explain: {aggregate: 'orders', pipeline: [{$lookup: {from: {db: 'hr', coll:"
                        + " 'salaries'}, as: 'x', pipeline: []}}], cursor: {}}}",
                    "{explain: {aggregate: 'orders', pipeline: [{$limit: 1}], cursor: {}}}"),
                in(
                    "explain with a $db of its own",
                    "{explain: {find: 'salaries', $db: 'hr'}}",
                    "{explain: {find: 'orders'}}"),
                in(
                    "a view on another collection's data elsewhere",
                    "{create: 'peek', viewOn: 'orders', pipeline: [{$unionWith: {db: 'hr', coll:"
                        + " 'salaries'}}]}",
                    "{create: 'packed', viewOn: 'orders', pipeline: [{$match: {status:"
                        + " 'packed'}}]}"),
                in(
                    "collMod of a view towards another database",
                    "{collMod: 'packed', viewOn: 'orders', pipeline: [{$lookup: {from: {db: 'hr',"
                        + " coll: 'salaries'}, as: 'x', pipeline: []}}]}",
                    "{find: 'packed', limit: 1}"),
                in(
                    "reading the view definitions",
                    "{find: 'system.views', limit: 1}",
                    "{find: 'products', limit: 1}"),
                in(
                    "reading the profiler's collection",
                    "{find: 'system.profile', limit: 1}",
                    "{find: 'payments', limit: 1}"),
                in("the profiler", "{profile: 2}", "{ping: 1}"),
                in("dropDatabase", "{dropDatabase: 1}", "{drop: 'kept2'}"),
                in(
                    "$where",
                    "{find: 'orders', filter: {$where: 'sleep(1000)'}, limit: 1}",
                    "{find: 'orders', filter: {$expr: {$eq: ['$status', 'packed']}}, limit: 1}"),
                in(
                    "$function",
                    pipeline(
                        "orders",
                        "{$limit: 1}, {$project: {x: {$function: {body: 'function() { return 1 }',"
                            + " args: [], lang: 'js'}}}}"),
                    pipeline("orders", "{$limit: 1}, {$project: {x: {$add: [1, 1]}}}")),
                in(
                    "$accumulator",
                    pipeline(
                        "orders",
                        "{$group: {_id: 1, x: {$accumulator: {init: 'function() {}', accumulate:"
                            + " 'function() {}', accumulateArgs: [], merge: 'function() {}', lang:"
                            + " 'js'}}}}"),
                    pipeline("orders", "{$group: {_id: '$status', x: {$sum: 1}}}")),
                in(
                    "$where in a delete",
                    "{delete: 'orders', deletes: [{q: {$where: 'true'}, limit: 1}]}",
                    "{delete: 'orders', deletes: [{q: {_id: 'none'}, limit: 1}]}"),
                in(
                    "mapReduce",
                    "{mapReduce: 'orders', map: 'function() {}', reduce: 'function() {}', out:"
                        + " {inline: 1}}",
                    "{distinct: 'orders', key: 'status'}"),
                in(
                    "mapReduce into another database",
                    "{mapReduce: 'orders', map: 'x', reduce: 'y', out: {replace: 'z', db: 'hr'}}",
                    "{count: 'orders', query: {status: 'packed'}}"),
                in(
                    "creating a user",
                    "{createUser: 'mole', pwd: 'x', roles: ['readWrite']}",
                    "{insert: 'orders', documents: [{_id: 'a-user'}]}"),
                in(
                    "creating a role",
                    "{createRole: 'mole', privileges: [], roles: []}",
                    "{insert: 'orders', documents: [{_id: 'a-role'}]}"),
                in("an unknown command", "{exfiltrate: 'orders'}", "{count: 'customers'}"),
                in(
                    "a command of servers among themselves",
                    "{_mergeAuthzCollections: 1}",
                    "{count: 'payments'}"),
                in(
                    "a field that speaks for another user",
                    "{find: 'orders', limit: 1, $audit: {$impersonatedUser: {user: 'root', db:"
                        + " 'admin'}}}",
                    "{find: 'orders', limit: 1}"),
                in(
                    "an unknown option of find",
                    "{find: 'orders', limit: 1, intoTheBlue: 'hr'}",
                    "{find: 'orders', limit: 1, hint: {_id: 1}}")),
            List.of(
                admin(
                    "bulkWrite into another database",
                    "{bulkWrite: 1, ops: [{insert: 0, document: {_id: 'a-bulk'}}], nsInfo: [{ns:"
                        + " 'hr.salaries'}]}",
                    "{bulkWrite: 1, ops: [{insert: 0, document: {_id: 'a-bulk'}}], nsInfo: [{ns:"
                        + " 'shop.orders'}]}"),
                admin(
                    "bulkWrite into two databases, one allowed",
                    "{bulkWrite: 1, ops: [{insert: 0, document: {_id: 'b-bulk'}}, {insert: 1,"
                        + " document: {_id: 'b-bulk'}}], nsInfo: [{ns: 'shop.orders'}, {ns:"
                        + " 'hr.salaries'}]}",
                    "{bulkWrite: 1, ops: [{insert: 0, document: {_id: 'c-bulk'}}, {delete: 1,"
                        + " filter: {_id: 'none'}}], nsInfo: [{ns: 'shop.orders'}, {ns:"
                        + " 'shop.customers'}]}"),
                admin(
                    "bulkWrite that deletes elsewhere",
                    "{bulkWrite: 1, ops: [{delete: 0, filter: {}, multi: true}], nsInfo: [{ns:"
                        + " 'hr.salaries'}]}",
                    "{bulkWrite: 1, ops: [{delete: 0, filter: {_id: 'none'}}], nsInfo: [{ns:"
                        + " 'shop.customers'}]}"),
                admin(
                    "renameCollection out of the database",
                    "{renameCollection: 'shop.kept', to: 'hr.kept'}",
                    "{renameCollection: 'shop.kept', to: 'shop.renamed'}"),
                admin(
                    "renameCollection into the database",
                    "{renameCollection: 'hr.salaries', to: 'shop.salaries'}",
                    "{renameCollection: 'shop.merged', to: 'shop.merged2'}"),
                admin(
                    "applyOps",
                    "{applyOps: [{op: 'i', ns: 'hr.salaries', o: {_id: 'a-op'}}]}",
                    "{ping: 1}"),
                admin("killOp of anybody's", "{killOp: 1, op: 1}", "{hello: 1}"),
                admin("killAllSessions", "{killAllSessions: []}", "{refreshSessions: []}"),
                admin("killSessions of everybody", "{killSessions: []}", "{endSessions: []}"),
                admin("shutdown", "{shutdown: 1, force: true}", "{buildInfo: 1}"),
                admin("setParameter", "{setParameter: 1, logLevel: 5}", "{ping: 1}"),
                admin("getParameter of everything", "{getParameter: '*'}", "{hello: 1}"),
                admin("replSetGetConfig", "{replSetGetConfig: 1}", "{ping: 1}"),
                admin("fsync", "{fsync: 1, lock: true}", "{ping: 1}"),
                admin(
                    "usersInfo", "{usersInfo: 1, showCredentials: true}", "{connectionStatus: 1}"),
                admin(
                    "usersInfo of all databases",
                    "{usersInfo: {forAllDBs: true}}",
                    "{connectionStatus: 1}"),
                admin("reading the users", "{find: 'system.users', limit: 1}", "{ping: 1}"),
                admin("dropping all users", "{dropAllUsersFromDatabase: 1}", "{ping: 1}"),
                admin(
                    "a fail point",
                    "{configureFailPoint: 'failCommand', mode: 'off'}",
                    "{ping: 1}"),
                admin("getLog", "{getLog: 'global'}", "{buildInfo: 1}"),
                admin("the command line of the server", "{getCmdLineOpts: 1}", "{buildInfo: 1}"),
                admin(
                    "a change stream of the whole cluster",
                    "{aggregate: 1, pipeline: [{$changeStream: {allChangesForCluster: true}}],"
                        + " cursor: {}}",
                    "{ping: 1}")),
            List.of(
                new Case(
                    "the operation log",
                    "local",
                    "{find: 'oplog.rs', limit: 1}",
                    "shop",
                    "{find: 'orders', limit: 1}"),
                new Case(
                    "the configuration database",
                    "config",
                    "{find: 'chunks', limit: 1}",
                    "shop",
                    "{find: 'orders', limit: 1}"),
                new Case(
                    "a database that does not exist",
                    "nowhere",
                    "{find: 'x'}",
                    "shop",
                    "{find: 'nothing-there'}"),
                new Case(
                    "a database that begins alike",
                    "shop2",
                    "{find: 'orders'}",
                    "shop",
                    "{find: 'orders', limit: 1}"),
                new Case(
                    "the same name in other case",
                    "Shop",
                    "{find: 'orders'}",
                    "shop",
                    "{find: 'orders', limit: 1}")))
        .flatMap(List::stream);
  }

  @Test
  void thereAreAtLeastSixtyOfThem() {
    assertThat(cases().count()).isGreaterThanOrEqualTo(60);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefusedAndItsNeighbourIsNot(Case attack) {
    long salaries = target.sandbox().count("hr", "salaries");

    MongoCommandException refused = run(attack.database(), attack.attack());

    assertThat(refused).as("refused").isNotNull();
    requireNonNull(refused);
    assertThat(refused.getErrorCode()).as(refused.getMessage()).isEqualTo(13);
    assertThat(refused.getErrorMessage()).startsWith("tidegate: rule ");
    assertThat(refused.getErrorLabels()).isEmpty();
    assertThat(target.sandbox().count("hr", "salaries")).isEqualTo(salaries);
    assertThat(target.sandbox().count("hr", "stolen")).isZero();

    MongoCommandException neighbour = run(attack.neighbourDatabase(), attack.neighbour());
    assertThat(neighbour).as("the neighbour works").isNull();
  }

  private static @Nullable MongoCommandException run(String database, String command) {
    try {
      client.getDatabase(database).runCommand(Document.parse(command));
      return null;
    } catch (MongoCommandException e) {
      return e;
    }
  }

  /** Not refused but narrowed: the account is shared, so that its own operations are not enough. */
  @Test
  void currentOpShowsOnlyTheSessionsOwnOperations() throws Exception {
    target.sandbox().blockCommands(Set.of("distinct"), Duration.ofMinutes(10));
    try (MongoClient colleague = MongoClients.create(target.uri() + "&appName=colleague")) {
      var stuck =
          CompletableFuture.runAsync(() ->
              colleague
                  .getDatabase("hr")
                  .getCollection("salaries")
                  .distinct("name", new Document("x", "of-a-colleague"), String.class)
                  .first());
      Eventually.yes(
          Duration.ofSeconds(30),
          () -> "the colleague's operation runs",
          () ->
              target.sandbox().runningOperations().stream()
                  .anyMatch(operation -> operation.command().equals("distinct")));
      for (String command :
          List.of(
              "{currentOp: 1, $all: true}",
              "{currentOp: 1, $ownOps: false, 'command.distinct': 'salaries'}",
              "{aggregate: 1, pipeline: [{$currentOp: {allUsers: true}}], cursor: {}}",
              "{aggregate: 1, pipeline: [{$currentOp: {allUsers: true, idleConnections: true}},"
                  + " {$match: {}}], cursor: {}}")) {
        assertThat(client.getDatabase("admin").runCommand(Document.parse(command)).toJson())
            .as(command)
            .doesNotContain("of-a-colleague");
      }
      assertThat(
              client
                  .getDatabase("admin")
                  .runCommand(
                      Document.parse("{aggregate: 1, pipeline: [{$currentOp: {}}], cursor: {}}"))
                  .toJson())
          .as("one's own are shown")
          .contains("currentOp");
      target.sandbox().clearFailPoints();
      killAll();
      stuck.exceptionally(_ -> null).get(30, TimeUnit.SECONDS);
    } finally {
      target.sandbox().clearFailPoints();
    }
  }

  private static void killAll() {
    try (MongoClient admin = MongoClients.create(target.sandbox().adminUri())) {
      target.sandbox().runningOperations().stream()
          .filter(operation -> operation.command().equals("distinct"))
          .forEach(operation ->
              admin
                  .getDatabase("admin")
                  .runCommand(new Document("killOp", 1).append("op", operation.opId())));
    }
  }

  @Test
  void refusalsReachTheAuditTrail() throws Exception {
    run("hr", "{find: 'salaries', filter: {auditedLater: 1}}");
    Eventually.yes(
        Duration.ofSeconds(30),
        () -> "the audit trail tells of a refusal",
        () ->
            tidegate.person("security").rest().items("/audit?limit=200").stream()
                .anyMatch(entry ->
                    entry.toJson().contains("outside-lease")
                        && entry.toJson().contains(access.sessionId())));
  }
}
