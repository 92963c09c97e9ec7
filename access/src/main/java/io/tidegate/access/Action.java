package io.tidegate.access;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every privilege action of MongoDB 8, named as MongoDB names it. Actions that the server only
 * writes into its audit log are left out, for no privilege can carry them.
 *
 * @see <a href="https://www.mongodb.com/docs/manual/reference/privilege-actions/">Privilege
 *     actions</a>
 */
public enum Action {
  // Reading and writing documents.
  FIND("find"),
  INSERT("insert"),
  UPDATE("update"),
  REMOVE("remove"),
  BYPASS_DOCUMENT_VALIDATION("bypassDocumentValidation"),
  BYPASS_DEFAULT_MAX_TIME_MS("bypassDefaultMaxTimeMS"),
  USE_UUID("useUUID"),
  CHANGE_STREAM("changeStream"),
  // Collections, indexes, query planning.
  CREATE_COLLECTION("createCollection"),
  DROP_COLLECTION("dropCollection"),
  DROP_DATABASE("dropDatabase"),
  COLL_MOD("collMod"),
  CONVERT_TO_CAPPED("convertToCapped"),
  EMPTYCAPPED("emptycapped"),
  RENAME_COLLECTION_SAME_DB("renameCollectionSameDB"),
  CREATE_INDEX("createIndex"),
  DROP_INDEX("dropIndex"),
  RE_INDEX("reIndex"),
  LIST_INDEXES("listIndexes"),
  LIST_COLLECTIONS("listCollections"),
  LIST_DATABASES("listDatabases"),
  VALIDATE("validate"),
  COMPACT("compact"),
  ANALYZE("analyze"),
  CREATE_SEARCH_INDEXES("createSearchIndexes"),
  UPDATE_SEARCH_INDEX("updateSearchIndex"),
  DROP_SEARCH_INDEX("dropSearchIndex"),
  LIST_SEARCH_INDEXES("listSearchIndexes"),
  CLEANUP_STRUCTURED_ENCRYPTION_DATA("cleanupStructuredEncryptionData"),
  COMPACT_STRUCTURED_ENCRYPTION_DATA("compactStructuredEncryptionData"),
  ENABLE_PROFILER("enableProfiler"),
  PLAN_CACHE_READ("planCacheRead"),
  PLAN_CACHE_WRITE("planCacheWrite"),
  PLAN_CACHE_INDEX_FILTER("planCacheIndexFilter"),
  QUERY_SETTINGS("querySettings"),
  QUERY_STATS_READ("queryStatsRead"),
  QUERY_STATS_READ_TRANSFORMED("queryStatsReadTransformed"),
  EXPORT_COLLECTION("exportCollection"),
  IMPORT_COLLECTION("importCollection"),
  SET_CHANGE_STREAM_STATE("setChangeStreamState"),
  GET_CHANGE_STREAM_STATE("getChangeStreamState"),
  // Statistics and diagnostics.
  COLL_STATS("collStats"),
  DB_STATS("dbStats"),
  DB_HASH("dbHash"),
  INDEX_STATS("indexStats"),
  STORAGE_DETAILS("storageDetails"),
  TOP("top"),
  SERVER_STATUS("serverStatus"),
  CONN_POOL_STATS("connPoolStats"),
  CONN_POOL_SYNC("connPoolSync"),
  CPU_PROFILER("cpuProfiler"),
  GET_CMD_LINE_OPTS("getCmdLineOpts"),
  GET_LOG("getLog"),
  GET_PARAMETER("getParameter"),
  GET_CLUSTER_PARAMETER("getClusterParameter"),
  GET_DEFAULT_RW_CONCERN("getDefaultRWConcern"),
  GET_SHARD_MAP("getShardMap"),
  GET_SHARD_VERSION("getShardVersion"),
  GET_DATABASE_VERSION("getDatabaseVersion"),
  HOST_INFO("hostInfo"),
  INPROG("inprog"),
  LIST_CACHED_AND_ACTIVE_USERS("listCachedAndActiveUsers"),
  LIST_CURSORS("listCursors"),
  LIST_SAMPLED_QUERIES("listSampledQueries"),
  LIST_SESSIONS("listSessions"),
  LIST_SHARDS("listShards"),
  NETSTAT("netstat"),
  OPERATION_METRICS("operationMetrics"),
  ALL_COLLECTION_STATS("allCollectionStats"),
  SHARDED_DATA_DISTRIBUTION("shardedDataDistribution"),
  SHARDING_STATE("shardingState"),
  CHECK_FREE_MONITORING_STATUS("checkFreeMonitoringStatus"),
  SET_FREE_MONITORING("setFreeMonitoring"),
  TRAFFIC_RECORD("trafficRecord"),
  // Ending what others run.
  KILL_ANY_CURSOR("killAnyCursor"),
  KILL_CURSORS("killCursors"),
  KILL_ANY_SESSION("killAnySession"),
  KILLOP("killop"),
  // Users and roles.
  CREATE_USER("createUser"),
  CREATE_ROLE("createRole"),
  DROP_USER("dropUser"),
  DROP_ROLE("dropRole"),
  GRANT_ROLE("grantRole"),
  REVOKE_ROLE("revokeRole"),
  CHANGE_CUSTOM_DATA("changeCustomData"),
  CHANGE_OWN_CUSTOM_DATA("changeOwnCustomData"),
  CHANGE_PASSWORD("changePassword"),
  CHANGE_OWN_PASSWORD("changeOwnPassword"),
  SET_AUTHENTICATION_RESTRICTION("setAuthenticationRestriction"),
  VIEW_USER("viewUser"),
  VIEW_ROLE("viewRole"),
  INVALIDATE_USER_CACHE("invalidateUserCache"),
  AUTH_SCHEMA_UPGRADE("authSchemaUpgrade"),
  IMPERSONATE("impersonate"),
  RUN_AS_LESS_PRIVILEGED_USER("runAsLessPrivilegedUser"),
  USE_TENANT("useTenant"),
  // Running a server.
  APPLICATION_MESSAGE("applicationMessage"),
  AUDIT_CONFIGURE("auditConfigure"),
  CLOSE_ALL_DATABASES("closeAllDatabases"),
  DROP_CONNECTIONS("dropConnections"),
  FLUSH_ROUTER_CONFIG("flushRouterConfig"),
  FSYNC("fsync"),
  FSYNC_UNLOCK("fsyncUnlock"),
  UNLOCK("unlock"),
  LOG_ROTATE("logRotate"),
  OID_RESET("oidReset"),
  OIDC_LIST_KEYS("oidcListKeys"),
  OIDC_REFRESH_KEYS("oidcRefreshKeys"),
  REPAIR_DATABASE("repairDatabase"),
  RESYNC("resync"),
  ROTATE_CERTIFICATES("rotateCertificates"),
  SET_CLUSTER_PARAMETER("setClusterParameter"),
  SET_DEFAULT_RW_CONCERN("setDefaultRWConcern"),
  SET_FEATURE_COMPATIBILITY_VERSION("setFeatureCompatibilityVersion"),
  SET_PARAMETER("setParameter"),
  SET_USER_WRITE_BLOCK_MODE("setUserWriteBlockMode"),
  BYPASS_WRITE_BLOCKING_MODE("bypassWriteBlockingMode"),
  SHUTDOWN("shutdown"),
  TOUCH("touch"),
  DB_CHECK("dbCheck"),
  // Replication.
  APPEND_OPLOG_NOTE("appendOplogNote"),
  REPL_SET_CONFIGURE("replSetConfigure"),
  REPL_SET_GET_CONFIG("replSetGetConfig"),
  REPL_SET_GET_STATUS("replSetGetStatus"),
  REPL_SET_HEARTBEAT("replSetHeartbeat"),
  REPL_SET_RESIZE_OPLOG("replSetResizeOplog"),
  REPL_SET_STATE_CHANGE("replSetStateChange"),
  RUN_TENANT_MIGRATION("runTenantMigration"),
  // Sharding.
  ADD_SHARD("addShard"),
  REMOVE_SHARD("removeShard"),
  ENABLE_SHARDING("enableSharding"),
  MOVE_CHUNK("moveChunk"),
  SPLIT_CHUNK("splitChunk"),
  SPLIT_VECTOR("splitVector"),
  MOVE_COLLECTION("moveCollection"),
  REFINE_COLLECTION_SHARD_KEY("refineCollectionShardKey"),
  RESHARD_COLLECTION("reshardCollection"),
  ANALYZE_SHARD_KEY("analyzeShardKey"),
  CONFIGURE_QUERY_ANALYZER("configureQueryAnalyzer"),
  CHECK_METADATA_CONSISTENCY("checkMetadataConsistency"),
  CLEANUP_ORPHANED("cleanupOrphaned"),
  CLEAR_JUMBO_FLAG("clearJumboFlag"),
  ISSUE_DIRECT_SHARD_OPERATIONS("issueDirectShardOperations"),
  TRANSITION_FROM_DEDICATED_CONFIG_SERVER("transitionFromDedicatedConfigServer"),
  TRANSITION_TO_DEDICATED_CONFIG_SERVER("transitionToDedicatedConfigServer"),
  ADVANCE_CLUSTER_TIME("advanceClusterTime"),
  FORCE_UUID("forceUUID"),
  // Whatever the server does to itself.
  APPLY_OPS("applyOps"),
  INTERNAL("internal"),
  ANY_ACTION("anyAction");

  private static final Map<String, Action> BY_NAME = byName();

  private final String actionName;

  Action(String actionName) {
    this.actionName = actionName;
  }

  /** The name in privilege documents, such as {@code bypassDocumentValidation}. */
  public String actionName() {
    return actionName;
  }

  /** Whether it changes documents, collections or indexes. */
  public boolean writes() {
    return switch (this) {
      case INSERT,
          UPDATE,
          REMOVE,
          CREATE_COLLECTION,
          DROP_COLLECTION,
          DROP_DATABASE,
          COLL_MOD,
          CONVERT_TO_CAPPED,
          EMPTYCAPPED,
          RENAME_COLLECTION_SAME_DB,
          CREATE_INDEX,
          DROP_INDEX,
          RE_INDEX,
          CREATE_SEARCH_INDEXES,
          UPDATE_SEARCH_INDEX,
          DROP_SEARCH_INDEX ->
          true;
      default -> false;
    };
  }

  /** The action of that exact name (case counts, as on the server), or null. */
  public static @Nullable Action named(String actionName) {
    return BY_NAME.get(actionName);
  }

  private static Map<String, Action> byName() {
    Map<String, Action> names = new HashMap<>();
    for (Action action : values()) {
      names.put(action.actionName, action);
    }
    return Map.copyOf(names);
  }
}
