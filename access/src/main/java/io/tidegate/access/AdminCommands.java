package io.tidegate.access;

import static io.tidegate.access.CommandSpec.closed;
import static io.tidegate.access.CommandSpec.cluster;
import static io.tidegate.access.CommandSpec.never;
import static io.tidegate.access.CommandSpec.open;

import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.BsonView;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bson.BsonType;

/** Commands that run, watch and arrange servers, replica sets, shards, users and roles. */
final class AdminCommands {
  static final List<CommandSpec> ALL =
      Stream.of(watching(), running(), replication(), sharding(), people(), refused())
          .flatMap(List::stream)
          .toList();

  private AdminCommands() {}

  private static List<CommandSpec> watching() {
    return List.of(
        cluster("serverStatus", Action.SERVER_STATUS),
        cluster("hostInfo", Action.HOST_INFO),
        cluster("getCmdLineOpts", Action.GET_CMD_LINE_OPTS),
        cluster("getLog", Action.GET_LOG),
        cluster("getParameter", Action.GET_PARAMETER),
        cluster("getClusterParameter", Action.GET_CLUSTER_PARAMETER),
        cluster("getDefaultRWConcern", Action.GET_DEFAULT_RW_CONCERN),
        cluster("getAuditConfig", Action.AUDIT_CONFIGURE),
        cluster("getAuditConfigGeneration", Action.SERVER_STATUS),
        cluster("auditGetOptions", Action.AUDIT_CONFIGURE),
        cluster("getChangeStreamState", Action.GET_CHANGE_STREAM_STATE),
        cluster("connPoolStats", Action.CONN_POOL_STATS),
        cluster("shardConnPoolStats", Action.CONN_POOL_STATS),
        cluster("lockInfo", Action.SERVER_STATUS),
        cluster("netstat", Action.NETSTAT),
        cluster("top", Action.TOP),
        cluster("features", Action.GET_PARAMETER),
        open("getDiagnosticData", AdminCommands::diagnosticData));
  }

  private static void diagnosticData(Reading reading) {
    reading.touchCluster(
        Reading.actions(
            Action.SERVER_STATUS,
            Action.REPL_SET_GET_STATUS,
            Action.CONN_POOL_STATS,
            Action.GET_PARAMETER));
    reading.touch(
        new Namespace("local", "oplog.rs"), Reading.actions(Action.COLL_STATS), reading.name());
  }

  private static List<CommandSpec> running() {
    return List.of(
        cluster("setParameter", Action.SET_PARAMETER),
        cluster("setClusterParameter", Action.SET_CLUSTER_PARAMETER),
        cluster("setDefaultRWConcern", Action.SET_DEFAULT_RW_CONCERN),
        cluster("setFeatureCompatibilityVersion", Action.SET_FEATURE_COMPATIBILITY_VERSION),
        cluster("setUserWriteBlockMode", Action.SET_USER_WRITE_BLOCK_MODE),
        cluster("setAuditConfig", Action.AUDIT_CONFIGURE),
        cluster("setChangeStreamState", Action.SET_CHANGE_STREAM_STATE),
        cluster("setQuerySettings", Action.QUERY_SETTINGS),
        cluster("removeQuerySettings", Action.QUERY_SETTINGS),
        cluster("setFreeMonitoring", Action.SET_FREE_MONITORING),
        cluster("getFreeMonitoringStatus", Action.CHECK_FREE_MONITORING_STATUS),
        open(
            "setProfilingFilterGlobally",
            reading ->
                reading.add(
                    new Touch(
                        new Resource.EveryDatabase(),
                        Reading.actions(Action.ENABLE_PROFILER),
                        reading.name()))),
        cluster("logRotate", Action.LOG_ROTATE),
        cluster("logApplicationMessage", Action.APPLICATION_MESSAGE),
        cluster("rotateCertificates", Action.ROTATE_CERTIFICATES),
        cluster("oidcListKeys", Action.OIDC_LIST_KEYS),
        cluster("oidcRefreshKeys", Action.OIDC_REFRESH_KEYS),
        cluster("dropConnections", Action.DROP_CONNECTIONS),
        cluster("connPoolSync", Action.CONN_POOL_SYNC),
        cluster("fsync", Action.FSYNC),
        cluster("fsyncUnlock", Action.UNLOCK),
        cluster("autoCompact", Action.COMPACT),
        cluster("shutdown", Action.SHUTDOWN),
        cluster("killOp", Action.KILLOP),
        cluster("killAllSessions", Action.KILL_ANY_SESSION),
        cluster("killAllSessionsByPattern", Action.KILL_ANY_SESSION, Action.IMPERSONATE),
        cluster("startTrafficRecording", Action.TRAFFIC_RECORD),
        cluster("stopTrafficRecording", Action.TRAFFIC_RECORD));
  }

  private static List<CommandSpec> replication() {
    return List.of(
        cluster("replSetGetStatus", Action.REPL_SET_GET_STATUS),
        cluster("replSetGetConfig", Action.REPL_SET_GET_CONFIG),
        cluster("replSetInitiate", Action.REPL_SET_CONFIGURE),
        cluster("replSetReconfig", Action.REPL_SET_CONFIGURE),
        cluster("replSetFreeze", Action.REPL_SET_STATE_CHANGE),
        cluster("replSetMaintenance", Action.REPL_SET_STATE_CHANGE),
        cluster("replSetStepDown", Action.REPL_SET_STATE_CHANGE),
        cluster("replSetStepUp", Action.REPL_SET_STATE_CHANGE),
        cluster("replSetSyncFrom", Action.REPL_SET_STATE_CHANGE),
        cluster("replSetAbortPrimaryCatchUp", Action.REPL_SET_STATE_CHANGE),
        cluster("replSetResizeOplog", Action.REPL_SET_RESIZE_OPLOG),
        cluster("resync", Action.RESYNC),
        cluster("appendOplogNote", Action.APPEND_OPLOG_NOTE));
  }

  private static List<CommandSpec> sharding() {
    return List.of(
        cluster("addShard", Action.ADD_SHARD).or("addshard"),
        cluster("removeShard", Action.REMOVE_SHARD).or("removeshard"),
        cluster("startShardDraining", Action.REMOVE_SHARD),
        cluster("stopShardDraining", Action.REMOVE_SHARD),
        cluster("shardDrainingStatus", Action.REMOVE_SHARD),
        cluster("commitShardRemoval", Action.REMOVE_SHARD),
        cluster("listShards", Action.LIST_SHARDS),
        cluster("getShardMap", Action.GET_SHARD_MAP),
        cluster("shardingState", Action.SHARDING_STATE),
        cluster("flushRouterConfig", Action.FLUSH_ROUTER_CONFIG),
        cluster("cleanupOrphaned", Action.CLEANUP_ORPHANED),
        cluster("checkMetadataConsistency", Action.CHECK_METADATA_CONSISTENCY),
        cluster(
            "transitionFromDedicatedConfigServer", Action.TRANSITION_FROM_DEDICATED_CONFIG_SERVER),
        cluster("transitionToDedicatedConfigServer", Action.TRANSITION_TO_DEDICATED_CONFIG_SERVER),
        onDatabase("enableSharding", Action.ENABLE_SHARDING).or("enablesharding"),
        onDatabase("movePrimary", Action.MOVE_CHUNK).or("moveprimary"),
        onDatabase("changePrimary", Action.MOVE_CHUNK),
        onFull("shardCollection", Action.ENABLE_SHARDING).or("shardcollection"),
        onFull("unshardCollection", Action.RESHARD_COLLECTION),
        onFull("abortUnshardCollection", Action.RESHARD_COLLECTION),
        onFull("reshardCollection", Action.RESHARD_COLLECTION),
        onFull("abortReshardCollection", Action.RESHARD_COLLECTION),
        onFull("commitReshardCollection", Action.RESHARD_COLLECTION),
        onFull("cleanupReshardCollection", Action.RESHARD_COLLECTION),
        onFull("refineCollectionShardKey", Action.REFINE_COLLECTION_SHARD_KEY),
        onFull("moveCollection", Action.MOVE_COLLECTION),
        onFull("abortMoveCollection", Action.MOVE_COLLECTION),
        onFull("moveChunk", Action.MOVE_CHUNK).or("movechunk"),
        onFull("moveRange", Action.MOVE_CHUNK),
        onFull("configureCollectionBalancing", Action.MOVE_CHUNK),
        onFull("balancerCollectionStatus", Action.MOVE_CHUNK),
        onFull("split", Action.SPLIT_CHUNK),
        onFull("splitChunk", Action.SPLIT_CHUNK),
        onFull("mergeChunks", Action.SPLIT_CHUNK),
        onFull("mergeAllChunksOnShard", Action.SPLIT_CHUNK),
        onFull("splitVector", Action.SPLIT_VECTOR),
        onFull("clearJumboFlag", Action.CLEAR_JUMBO_FLAG),
        onFull("getShardVersion", Action.GET_SHARD_VERSION),
        onFull("analyzeShardKey", Action.ANALYZE_SHARD_KEY),
        onFull("configureQueryAnalyzer", Action.CONFIGURE_QUERY_ANALYZER),
        open("balancerStart", reading -> settings(reading, Action.UPDATE)),
        open("balancerStop", reading -> settings(reading, Action.UPDATE)),
        open("balancerStatus", reading -> settings(reading, Action.FIND)),
        open("addShardToZone", reading -> config(reading, "shards")),
        open("removeShardFromZone", reading -> config(reading, "shards", "tags")),
        open("updateZoneKeyRange", reading -> config(reading, "shards", "tags")));
  }

  /** A command whose own element names a database. */
  private static CommandSpec onDatabase(String name, Action action) {
    return open(
        name,
        reading -> {
          BsonElement first = reading.body().first();
          if (first == null || first.type() != BsonType.STRING) {
            reading.notUnderstood("a database that is not named by a string");
          } else if (!Namespace.validDatabase(first.string())) {
            reading.never(RuleId.BAD_NAMESPACE, "the name " + Reading.quoted(first.string()));
          } else {
            reading.touchDatabase(first.string(), Reading.actions(action));
          }
        });
  }

  /** A command whose own element names a collection in full. */
  private static CommandSpec onFull(String name, Action action) {
    return open(
        name, reading -> reading.touch(reading.ownFullName(), Reading.actions(action), name));
  }

  private static void settings(Reading reading, Action action) {
    reading.touch(new Namespace("config", "settings"), Reading.actions(action), reading.name());
  }

  private static void config(Reading reading, String... collections) {
    for (String collection : collections) {
      reading.touch(
          new Namespace("config", collection),
          Reading.actions(Action.FIND, Action.UPDATE),
          reading.name());
    }
  }

  private static List<CommandSpec> people() {
    return List.of(
        closed(
            "usersInfo",
            "showCredentials showCustomData showPrivileges showAuthenticationRestrictions filter",
            reading -> info(reading, Action.VIEW_USER)),
        closed(
            "rolesInfo",
            "showPrivileges showBuiltinRoles showAuthenticationRestrictions",
            reading -> info(reading, Action.VIEW_ROLE)),
        cluster("invalidateUserCache", Action.INVALIDATE_USER_CACHE));
  }

  /** Users or roles by name, by {@code {user, db}}, several of them, or those of all databases. */
  private static void info(Reading reading, Action action) {
    BsonElement asked = reading.body().first();
    Set<Action> actions = Reading.actions(action);
    if (asked == null) {
      return;
    }
    if (asked.isDocument()) {
      one(reading, asked.document(), actions);
    } else if (asked.isArray()) {
      BsonCursor each = asked.document().cursor();
      while (each.next()) {
        if (each.isDocument()) {
          one(reading, each.document(), actions);
        } else {
          reading.touchDatabase(reading.database(), actions);
        }
      }
      reading.touchDatabase(reading.database(), actions);
    } else {
      reading.touchDatabase(reading.database(), actions);
    }
  }

  private static void one(Reading reading, BsonView who, Set<Action> actions) {
    BsonElement everywhere = who.find("forAllDBs");
    String database = reading.text(who, "db");
    if (everywhere != null) {
      reading.touchCluster(actions);
    } else if (database == null) {
      reading.notUnderstood("whom " + reading.name() + " asks about");
    } else {
      reading.touchDatabase(database, actions);
    }
  }

  private static List<CommandSpec> refused() {
    List<CommandSpec> lasting =
        Stream.of(
                "createUser",
                "updateUser",
                "dropUser",
                "dropAllUsersFromDatabase",
                "grantRolesToUser",
                "revokeRolesFromUser",
                "createRole",
                "updateRole",
                "dropRole",
                "dropAllRolesFromDatabase",
                "grantPrivilegesToRole",
                "revokePrivilegesFromRole",
                "grantRolesToRole",
                "revokeRolesFromRole",
                "authSchemaUpgrade")
            .map(name -> never(name, RuleId.OUTLIVES_LEASE))
            .toList();
    List<CommandSpec> raw =
        Stream.of("applyOps", "doTxn", "importCollection", "exportCollection")
            .map(name -> never(name, RuleId.RAW_OPERATIONS))
            .toList();
    List<CommandSpec> code =
        Stream.of("eval", "group").map(name -> never(name, RuleId.JAVASCRIPT)).toList();
    List<CommandSpec> servers =
        Stream.of(
                "abortRewriteCollection",
                "checkShardingIndex",
                "coordinateCommitTransaction",
                "configureFailPoint",
                "copydb",
                "clone",
                "cpuload",
                "captrunc",
                "dbCheck",
                "driverOIDCTest",
                "emptycapped",
                "fcvCheck",
                "flushDatabaseCacheUpdates",
                "forceerror",
                "getDatabaseVersion",
                "godinsert",
                "isSelf",
                "makeSnapshot",
                "medianKey",
                "prepareTransaction",
                "reapLogicalSessionCacheNow",
                "refreshLogicalSessionCacheNow",
                "replSetFresh",
                "replSetGetRBID",
                "replSetHeartbeat",
                "replSetRequestVotes",
                "replSetTest",
                "replSetTestEgress",
                "replSetUpdatePosition",
                "rewriteCollection",
                "setAllowMigrations",
                "setCommittedSnapshot",
                "setShardVersion",
                "shardsvrCreateCollection",
                "sleep",
                "stageDebug",
                "testDeprecation",
                "testDeprecationInVersion2",
                "testRemoval",
                "testReshardCloneCollection",
                "testVersion2",
                "testVersions1And2",
                "timeseriesCatalogBucketParamsChanged",
                "untrackUnshardedCollection",
                "unsetSharding",
                "voteAbortIndexBuild",
                "voteCommitImportCollection",
                "voteCommitIndexBuild",
                "waitForFailPoint",
                "whatsmysni")
            .map(name -> never(name, RuleId.INTERNAL_COMMAND))
            .toList();
    return Stream.of(lasting, raw, code, servers).flatMap(List::stream).toList();
  }
}
