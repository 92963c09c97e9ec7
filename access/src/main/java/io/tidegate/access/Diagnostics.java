package io.tidegate.access;

import io.tidegate.access.Footprint.Touches;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a lease for diagnostics lets through, on top of its privileges. Servers put pieces of
 * documents into many answers: the commands under way in {@code currentOp}, the values of a partial
 * index's filter, a validator, a view's pipeline. So a command is let through only when it stands
 * in this table, which says what has to be taken out of its answer.
 *
 * <p>What is taken out is everything that is not listed here as harmless. A filter of the client's
 * would be applied by the server before that, and would tell by what it finds; so filters on
 * anything but names go, too.
 */
public final class Diagnostics {
  /** Fields of an operation that come from the server itself. */
  private static final Set<String> OPERATION =
      Set.of(
          "type",
          "host",
          "shard",
          "desc",
          "connectionId",
          "client",
          "client_s",
          "active",
          "currentOpTime",
          "threaded",
          "opid",
          "secs_running",
          "microsecs_running",
          "op",
          "ns",
          "redacted",
          "numYields",
          "planSummary",
          "prepareReadConflicts",
          "writeConflicts",
          "killPending",
          "locks",
          "lockStats",
          "waitingForLock",
          "waitingForLatch",
          "waitingForFlowControl",
          "flowControlStats",
          "dataThroughputLastSecond",
          "dataThroughputAverage",
          "queryFramework");

  /** What an index is, without the values in its partial filter, weights and collation. */
  private static final Set<String> INDEX =
      Set.of(
          "v",
          "key",
          "name",
          "ns",
          "unique",
          "sparse",
          "hidden",
          "clustered",
          "background",
          "expireAfterSeconds",
          "prepareUnique",
          "2dsphereIndexVersion",
          "textIndexVersion",
          "buildUUID");

  /** What a collection is, without validator, pipeline and collation. */
  private static final Set<String> COLLECTION_OPTIONS =
      Set.of(
          "capped",
          "size",
          "max",
          "timeseries",
          "expireAfterSeconds",
          "clusteredIndex",
          "validationLevel",
          "validationAction",
          "viewOn",
          "changeStreamPreAndPostImages");

  private static final Set<String> COLLECTION_FILTERS = Set.of("name", "type");

  /** Stages that show what must be taken out again, with what they may show. */
  private static final Map<String, Set<String>> STAGES =
      Map.of(
          "$currentOp",
          OPERATION,
          "$indexStats",
          Set.of("name", "key", "host", "shard", "accesses"));

  /** Stages without a document in what they make. */
  private static final Set<String> HARMLESS_STAGES = Set.of("$collStats");

  /** The commands, each with what has to happen to it; empty where nothing has to. */
  private static final Map<String, Optional<Rewrite>> COMMANDS = commands();

  private Diagnostics() {}

  private static Map<String, Optional<Rewrite>> commands() {
    Map<String, Optional<Rewrite>> commands = new LinkedHashMap<>();
    for (String plain :
        List.of(
            "balancerStatus",
            "collStats",
            "connPoolStats",
            "dbStats",
            "features",
            "getCmdLineOpts",
            "getDefaultRWConcern",
            "getParameter",
            "getShardMap",
            "hostInfo",
            "listDatabases",
            "listShards",
            "netstat",
            "replSetGetConfig",
            "replSetGetStatus",
            "serverStatus",
            "shardConnPoolStats",
            "shardingState",
            "top")) {
      commands.put(plain, Optional.empty());
    }
    // These read documents, and only where the privileges say find.
    for (String reading : List.of("find", "count", "distinct", "explain")) {
      commands.put(reading, Optional.empty());
    }
    commands.put("aggregate", Optional.of(new StagesWithoutDocuments()));
    commands.put("currentOp", Optional.of(new OperationsWithoutDocuments()));
    commands.put("listCollections", Optional.of(new CollectionsWithoutDocuments()));
    commands.put("listIndexes", Optional.of(new IndexesWithoutDocuments()));
    return Map.copyOf(commands);
  }

  /** The privileges for looking after a deployment: no action here reads or writes a document. */
  public static List<Privilege> privileges() {
    return List.of(
        Privilege.of(
            new ResourcePattern.OfCluster(),
            Action.CONN_POOL_STATS,
            Action.GET_CMD_LINE_OPTS,
            Action.GET_DEFAULT_RW_CONCERN,
            Action.GET_PARAMETER,
            Action.GET_SHARD_MAP,
            Action.HOST_INFO,
            Action.INPROG,
            Action.LIST_DATABASES,
            Action.LIST_SHARDS,
            Action.NETSTAT,
            Action.REPL_SET_GET_CONFIG,
            Action.REPL_SET_GET_STATUS,
            Action.SERVER_STATUS,
            Action.SHARDING_STATE,
            Action.TOP),
        metadata(new ResourcePattern.OfEveryDatabase()),
        metadata(new ResourcePattern.OfDatabase("local")),
        metadata(new ResourcePattern.OfDatabase("config")));
  }

  private static Privilege metadata(ResourcePattern where) {
    return Privilege.of(
        where,
        Action.COLL_STATS,
        Action.DB_STATS,
        Action.INDEX_STATS,
        Action.LIST_COLLECTIONS,
        Action.LIST_INDEXES);
  }

  /**
   * What has to happen to a command whose touches the lease carries.
   *
   * @return the rewrites to add; null when it must not run
   */
  static @Nullable List<Rewrite> rewrites(Touches footprint) {
    Optional<Rewrite> known = COMMANDS.get(footprint.command());
    if (known == null || footprint.runsJavaScript()) {
      return null;
    }
    // No rewrite reaches into what is explained, so that has to be harmless as it is.
    boolean explained = footprint.command().equals("explain");
    for (Touch touch : footprint.touches()) {
      if (explained ? !readsDocuments(touch) : !harmless(touch)) {
        return null;
      }
    }
    return known.map(List::of).orElse(List.of());
  }

  /** Whether a touch can be let through: a read of documents the lease names, or a known stage. */
  private static boolean harmless(Touch touch) {
    String because = touch.because();
    return !because.startsWith("$")
        || STAGES.containsKey(because)
        || HARMLESS_STAGES.contains(because)
        || readsDocuments(touch);
  }

  /** A lease for diagnostics carries this only on namespaces that were named for reading. */
  private static boolean readsDocuments(Touch touch) {
    return touch.actions().equals(Set.of(Action.FIND));
  }

  /**
   * {@code currentOp}: who does what where for how long, and no command's body. The name of the
   * command stays.
   */
  record OperationsWithoutDocuments() implements Rewrite {
    private static final Set<String> KEPT =
        Set.of(
            "currentOp",
            "$db",
            "$ownOps",
            "$all",
            "lsid",
            "$clusterTime",
            "$readPreference",
            "maxTimeMS",
            "apiVersion",
            "apiStrict",
            "apiDeprecationErrors");

    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      return Documents.only(command, KEPT);
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      if (!(reply.get("inprog") instanceof BsonArray operations)) {
        return reply;
      }
      BsonArray shown = new BsonArray();
      for (BsonValue value : operations) {
        if (value instanceof BsonDocument operation) {
          BsonDocument kept = Documents.only(operation, OPERATION);
          if (operation.get("command") instanceof BsonDocument body && !body.isEmpty()) {
            kept.append("commandName", new BsonString(body.getFirstKey()));
          }
          shown.add(kept);
        }
      }
      return Documents.copy(reply).append("inprog", shown);
    }
  }

  /**
   * {@code aggregate}: behind each stage that shows more than it may, wherever it stands, one that
   * leaves only what is listed. The server does the taking out, so that later stages never see it.
   */
  record StagesWithoutDocuments() implements Rewrite {
    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      return (BsonDocument) narrowed(command);
    }

    private static BsonValue narrowed(BsonValue value) {
      if (value instanceof BsonDocument document) {
        BsonDocument narrowed = new BsonDocument();
        document.forEach((name, field) -> narrowed.append(name, narrowed(field)));
        return narrowed;
      }
      if (value instanceof BsonArray array) {
        BsonArray narrowed = new BsonArray();
        for (BsonValue element : array) {
          narrowed.add(narrowed(element));
          STAGES.forEach((stage, fields) -> {
            if (element instanceof BsonDocument document && document.containsKey(stage)) {
              narrowed.add(projection(fields));
            }
          });
        }
        return narrowed;
      }
      return value;
    }

    private static BsonDocument projection(Set<String> fields) {
      BsonDocument shown = new BsonDocument();
      fields.stream().sorted().forEach(field -> shown.append(field, new BsonInt32(1)));
      if (!fields.contains("_id")) {
        shown.append("_id", new BsonInt32(0));
      }
      return new BsonDocument("$project", shown);
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      return reply;
    }
  }

  /** {@code listCollections}: names, types and sizes; no validators and no pipelines of views. */
  record CollectionsWithoutDocuments() implements Rewrite {
    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      BsonDocument rewritten = Documents.copy(command).append("cursor", new BsonDocument());
      if (command.get("filter") instanceof BsonDocument filter) {
        rewritten.append("filter", Documents.only(filter, COLLECTION_FILTERS));
      }
      return rewritten;
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      return eachOfBatch(
          reply,
          collection -> {
            BsonDocument shown = Documents.only(collection, Set.of("name", "type", "info"));
            if (collection.get("options") instanceof BsonDocument options) {
              shown.append("options", Documents.only(options, COLLECTION_OPTIONS));
            }
            if (collection.get("idIndex") instanceof BsonDocument index) {
              shown.append("idIndex", Documents.only(index, INDEX));
            }
            return shown;
          });
    }
  }

  /** {@code listIndexes}: keys, names and kinds; no values of partial filters. */
  record IndexesWithoutDocuments() implements Rewrite {
    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      return Documents.copy(command).append("cursor", new BsonDocument());
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      return eachOfBatch(
          reply,
          index -> {
            BsonDocument shown = Documents.only(index, INDEX);
            if (index.containsKey("partialFilterExpression")) {
              shown.append("partial", BsonBoolean.TRUE);
            }
            return shown;
          });
    }
  }

  private static BsonDocument eachOfBatch(BsonDocument reply, UnaryOperator<BsonDocument> show) {
    if (!(reply.get("cursor") instanceof BsonDocument cursor)
        || !(cursor.get("firstBatch") instanceof BsonArray batch)) {
      return reply;
    }
    List<BsonValue> shown = new ArrayList<>();
    for (BsonValue value : batch) {
      if (value instanceof BsonDocument document) {
        shown.add(show.apply(document));
      }
    }
    // What would come by getMore comes as the server has it. Servers send all names and indexes at
    // once when no batch size is asked for; should one not, the rest is not shown.
    return Documents.copy(reply)
        .append(
            "cursor",
            Documents.copy(cursor)
                .append("id", new BsonInt64(0))
                .append("firstBatch", new BsonArray(shown)));
  }
}
