package io.tidegate.access;

import static io.tidegate.access.CommandSpec.closed;

import io.tidegate.access.Footprint.Narrowing;
import io.tidegate.access.Pipelines.Source;
import io.tidegate.wire.BsonElement;
import java.util.List;
import java.util.Set;
import org.bson.BsonType;

/** Commands that read documents, and {@code explain} of any of them. */
final class ReadCommands {
  private static final Set<Action> FIND = Reading.actions(Action.FIND);

  static final List<CommandSpec> ALL =
      List.of(
          closed(
              "find",
              "filter sort projection hint skip limit batchSize ntoreturn singleBatch max min"
                  + " returnKey showRecordId tailable awaitData oplogReplay noCursorTimeout"
                  + " allowPartialResults collation allowDiskUse let encryptionInformation"
                  + " includeQueryStatsMetrics snapshot maxScan",
              ReadCommands::query),
          closed(
              "count",
              "query fields limit skip hint collation encryptionInformation"
                  + " includeQueryStatsMetrics",
              ReadCommands::query),
          closed(
              "distinct", "key query collation hint includeQueryStatsMetrics", ReadCommands::query),
          closed(
              "aggregate",
              "pipeline explain cursor allowDiskUse bypassDocumentValidation collation hint let"
                  + " encryptionInformation includeQueryStatsMetrics",
              ReadCommands::aggregate),
          closed("explain", "verbosity", ReadCommands::explain),
          closed(
                  "mapReduce",
                  "map reduce out query sort limit finalize scope jsMode verbose"
                      + " bypassDocumentValidation collation",
                  ReadCommands::mapReduce)
              .or("mapreduce"),
          closed("filemd5", "root partialOk md5state", ReadCommands::fileMd5),
          closed(
                  "dataSize",
                  "keyPattern min max estimate",
                  reading -> reading.touch(reading.ownFullName(), FIND, "dataSize"))
              .or("datasize"),
          closed(
                  "dbHash",
                  "collections",
                  reading ->
                      reading.touchDatabase(reading.database(), Reading.actions(Action.DB_HASH)))
              .or("dbhash"),
          closed(
              "listCollections",
              "filter nameOnly authorizedCollections cursor",
              ReadCommands::listCollections),
          closed(
              "listDatabases", "filter nameOnly authorizedDatabases", ReadCommands::listDatabases),
          closed(
              "listIndexes",
              "cursor includeBuildUUIDs includeIndexBuildInfo",
              reading ->
                  reading.touch(
                      reading.ownCollection(),
                      Reading.actions(Action.LIST_INDEXES),
                      "listIndexes")),
          CommandSpec.open("currentOp", ReadCommands::currentOp));

  private ReadCommands() {}

  private static void query(Reading reading) {
    reading.touch(reading.ownCollection(), FIND, reading.name());
    Encryption.read(reading);
  }

  private static void aggregate(Reading reading) {
    BsonElement target = reading.body().first();
    Namespace collection = null;
    if (target != null && target.isNumber()) {
      if (target.doubleValue() != 1) {
        reading.notUnderstood("aggregate on a number other than 1");
      }
    } else {
      collection = reading.ownCollection();
    }
    Encryption.read(reading);
    if (!reading.refused()) {
      Pipelines.read(
          reading,
          reading.body().find("pipeline"),
          new Source(reading.database(), collection, true, false));
    }
  }

  private static void explain(Reading reading) {
    BsonElement inner = reading.body().first();
    if (inner == null || !inner.isDocument()) {
      reading.notUnderstood("what is to be explained");
      return;
    }
    BsonElement database = inner.document().find("$db");
    if (database != null
        && (database.type() != BsonType.STRING || !database.string().equals(reading.database()))) {
      reading.notUnderstood("a command on another database in explain");
      return;
    }
    reading.nested(inner.document());
  }

  private static void mapReduce(Reading reading) {
    reading.runsJavaScript();
    reading.touch(reading.ownCollection(), FIND, reading.name());
    BsonElement out = reading.body().find("out");
    if (out == null) {
      reading.notUnderstood("mapReduce without out");
    } else if (out.type() == BsonType.STRING) {
      reading.touch(
          reading.collection(reading.database(), out),
          reading.writing(Reading.actions(Action.INSERT, Action.REMOVE)),
          "mapReduce out");
    } else if (out.isDocument()) {
      mapReduceInto(reading, out);
    } else {
      reading.notUnderstood("what mapReduce does with its result");
    }
  }

  private static void mapReduceInto(Reading reading, BsonElement out) {
    var options = out.document();
    Set<String> known =
        Set.of("inline", "replace", "merge", "reduce", "db", "sharded", "nonAtomic");
    if (!reading.onlyFields(options, known, "out")) {
      return;
    }
    BsonElement first = options.first();
    if (first == null) {
      reading.notUnderstood("mapReduce without out");
      return;
    }
    if (first.nameEquals("inline")) {
      if (options.find("replace") != null
          || options.find("merge") != null
          || options.find("reduce") != null) {
        reading.notUnderstood("two ways out of mapReduce");
      }
      return;
    }
    String database = reading.text(options, "db");
    if (reading.refused()) {
      return;
    }
    Set<Action> actions =
        first.nameEquals("replace")
            ? Reading.actions(Action.INSERT, Action.REMOVE)
            : Reading.actions(Action.INSERT, Action.UPDATE);
    int ways = 0;
    for (String way : List.of("replace", "merge", "reduce")) {
      ways += options.find(way) == null ? 0 : 1;
    }
    if (ways != 1 || options.find("inline") != null || first.nameEquals("db")) {
      reading.notUnderstood("what mapReduce does with its result");
      return;
    }
    reading.touch(
        reading.collection(database == null ? reading.database() : database, first),
        reading.writing(actions),
        "mapReduce out");
  }

  /** The digest of a GridFS file, read from the chunks under a root ({@code fs} by default). */
  private static void fileMd5(Reading reading) {
    String root = reading.text(reading.body(), "root");
    if (!reading.refused()) {
      reading.touch(
          reading.named(reading.database(), (root == null ? "fs" : root) + ".chunks"),
          FIND,
          "filemd5");
    }
  }

  private static void listCollections(Reading reading) {
    reading.narrow(
        new Touch(
            new Resource.Database(reading.database()),
            Reading.actions(Action.LIST_COLLECTIONS),
            "listCollections"),
        Narrowing.Way.COLLECTIONS);
  }

  private static void listDatabases(Reading reading) {
    reading.narrow(
        new Touch(new Resource.Cluster(), Reading.actions(Action.LIST_DATABASES), "listDatabases"),
        Narrowing.Way.DATABASES);
  }

  private static void currentOp(Reading reading) {
    reading.narrow(
        new Touch(new Resource.Cluster(), Reading.actions(Action.INPROG), "currentOp"),
        Narrowing.Way.OWN_OPERATIONS);
  }
}
