package io.tidegate.access;

import io.tidegate.access.ResourcePattern.OfBuckets;
import io.tidegate.access.ResourcePattern.OfCluster;
import io.tidegate.access.ResourcePattern.OfCollection;
import io.tidegate.access.ResourcePattern.OfCollectionAnywhere;
import io.tidegate.access.ResourcePattern.OfDatabase;
import io.tidegate.access.ResourcePattern.OfEveryDatabase;
import io.tidegate.access.ResourcePattern.OfEverything;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The privileges of MongoDB's built-in roles, and of {@code atlasAdmin}, which Atlas adds to them.
 *
 * @see <a href="https://www.mongodb.com/docs/manual/reference/built-in-roles/">Built-in roles</a>
 */
public final class BuiltInRoles {
  private static final Set<Action> READ =
      EnumSet.of(
          Action.CHANGE_STREAM,
          Action.COLL_STATS,
          Action.DB_HASH,
          Action.DB_STATS,
          Action.FIND,
          Action.KILL_CURSORS,
          Action.LIST_COLLECTIONS,
          Action.LIST_INDEXES,
          Action.LIST_SEARCH_INDEXES,
          Action.PLAN_CACHE_READ);

  private static final Set<Action> READ_WRITE =
      plus(
          READ,
          Action.CLEANUP_STRUCTURED_ENCRYPTION_DATA,
          Action.COMPACT_STRUCTURED_ENCRYPTION_DATA,
          Action.CONVERT_TO_CAPPED,
          Action.CREATE_COLLECTION,
          Action.CREATE_INDEX,
          Action.CREATE_SEARCH_INDEXES,
          Action.DROP_COLLECTION,
          Action.DROP_INDEX,
          Action.DROP_SEARCH_INDEX,
          Action.INSERT,
          Action.REMOVE,
          Action.RENAME_COLLECTION_SAME_DB,
          Action.UPDATE,
          Action.UPDATE_SEARCH_INDEX);

  private static final Set<Action> USER_ADMIN =
      EnumSet.of(
          Action.CHANGE_CUSTOM_DATA,
          Action.CHANGE_PASSWORD,
          Action.CREATE_USER,
          Action.CREATE_ROLE,
          Action.DROP_USER,
          Action.DROP_ROLE,
          Action.GRANT_ROLE,
          Action.REVOKE_ROLE,
          Action.SET_AUTHENTICATION_RESTRICTION,
          Action.VIEW_USER,
          Action.VIEW_ROLE);

  private static final Set<Action> DB_ADMIN =
      EnumSet.of(
          Action.ANALYZE,
          Action.BYPASS_DOCUMENT_VALIDATION,
          Action.COLL_MOD,
          Action.COLL_STATS,
          Action.COMPACT,
          Action.CONFIGURE_QUERY_ANALYZER,
          Action.CONVERT_TO_CAPPED,
          Action.CREATE_COLLECTION,
          Action.CREATE_INDEX,
          Action.CREATE_SEARCH_INDEXES,
          Action.DB_STATS,
          Action.DROP_COLLECTION,
          Action.DROP_DATABASE,
          Action.DROP_INDEX,
          Action.DROP_SEARCH_INDEX,
          Action.ENABLE_PROFILER,
          Action.LIST_COLLECTIONS,
          Action.LIST_INDEXES,
          Action.LIST_SEARCH_INDEXES,
          Action.PLAN_CACHE_INDEX_FILTER,
          Action.PLAN_CACHE_READ,
          Action.PLAN_CACHE_WRITE,
          Action.RE_INDEX,
          Action.RENAME_COLLECTION_SAME_DB,
          Action.STORAGE_DETAILS,
          Action.UPDATE_SEARCH_INDEX,
          Action.VALIDATE);

  /** What dbAdmin may do to the profiler's collection. */
  private static final Set<Action> PROFILE =
      plus(READ, Action.CONVERT_TO_CAPPED, Action.CREATE_COLLECTION, Action.DROP_COLLECTION);

  private static final Set<Action> MONITOR_CLUSTER =
      EnumSet.of(
          Action.ALL_COLLECTION_STATS,
          Action.CONN_POOL_STATS,
          Action.GET_CMD_LINE_OPTS,
          Action.GET_DEFAULT_RW_CONCERN,
          Action.GET_LOG,
          Action.GET_PARAMETER,
          Action.GET_SHARD_MAP,
          Action.HOST_INFO,
          Action.INPROG,
          Action.LIST_DATABASES,
          Action.LIST_SAMPLED_QUERIES,
          Action.LIST_SESSIONS,
          Action.LIST_SHARDS,
          Action.NETSTAT,
          Action.OPERATION_METRICS,
          Action.REPL_SET_GET_CONFIG,
          Action.REPL_SET_GET_STATUS,
          Action.SERVER_STATUS,
          Action.SHARDED_DATA_DISTRIBUTION,
          Action.SHARDING_STATE,
          Action.TOP,
          Action.USE_UUID);

  private static final Set<Action> MONITOR_DATABASE =
      EnumSet.of(
          Action.COLL_STATS,
          Action.DB_STATS,
          Action.GET_DATABASE_VERSION,
          Action.GET_SHARD_VERSION,
          Action.INDEX_STATS);

  private static final Set<Action> HOST =
      EnumSet.of(
          Action.APPLICATION_MESSAGE,
          Action.AUDIT_CONFIGURE,
          Action.CONN_POOL_SYNC,
          Action.DROP_CONNECTIONS,
          Action.FLUSH_ROUTER_CONFIG,
          Action.FSYNC,
          Action.INVALIDATE_USER_CACHE,
          Action.KILL_ANY_CURSOR,
          Action.KILL_ANY_SESSION,
          Action.KILLOP,
          Action.LOG_ROTATE,
          Action.OID_RESET,
          Action.OIDC_LIST_KEYS,
          Action.OIDC_REFRESH_KEYS,
          Action.REPL_SET_RESIZE_OPLOG,
          Action.RESYNC,
          Action.ROTATE_CERTIFICATES,
          Action.SET_PARAMETER,
          Action.SHUTDOWN,
          Action.TOUCH,
          Action.TRAFFIC_RECORD,
          Action.UNLOCK);

  private static final Set<Action> MANAGE_CLUSTER =
      EnumSet.of(
          Action.ADD_SHARD,
          Action.APPEND_OPLOG_NOTE,
          Action.APPLICATION_MESSAGE,
          Action.CHECK_METADATA_CONSISTENCY,
          Action.CLEANUP_ORPHANED,
          Action.FLUSH_ROUTER_CONFIG,
          Action.GET_CHANGE_STREAM_STATE,
          Action.GET_CLUSTER_PARAMETER,
          Action.GET_DEFAULT_RW_CONCERN,
          Action.LIST_SESSIONS,
          Action.LIST_SHARDS,
          Action.QUERY_SETTINGS,
          Action.QUERY_STATS_READ,
          Action.QUERY_STATS_READ_TRANSFORMED,
          Action.REMOVE_SHARD,
          Action.REPL_SET_CONFIGURE,
          Action.REPL_SET_GET_CONFIG,
          Action.REPL_SET_GET_STATUS,
          Action.REPL_SET_STATE_CHANGE,
          Action.RESYNC,
          Action.RUN_TENANT_MIGRATION,
          Action.SET_CHANGE_STREAM_STATE,
          Action.SET_CLUSTER_PARAMETER,
          Action.SET_DEFAULT_RW_CONCERN,
          Action.SET_FEATURE_COMPATIBILITY_VERSION,
          Action.TRANSITION_FROM_DEDICATED_CONFIG_SERVER,
          Action.TRANSITION_TO_DEDICATED_CONFIG_SERVER);

  private static final Set<Action> MANAGE_DATABASE =
      EnumSet.of(
          Action.ANALYZE_SHARD_KEY,
          Action.CLEAR_JUMBO_FLAG,
          Action.CONFIGURE_QUERY_ANALYZER,
          Action.ENABLE_SHARDING,
          Action.MOVE_CHUNK,
          Action.MOVE_COLLECTION,
          Action.REFINE_COLLECTION_SHARD_KEY,
          Action.RESHARD_COLLECTION,
          Action.SPLIT_CHUNK,
          Action.SPLIT_VECTOR);

  private static final Set<Action> ENABLE_SHARDING =
      EnumSet.of(
          Action.ANALYZE_SHARD_KEY,
          Action.ENABLE_SHARDING,
          Action.MOVE_COLLECTION,
          Action.REFINE_COLLECTION_SHARD_KEY,
          Action.RESHARD_COLLECTION);

  private static final Set<Action> WRITE = EnumSet.of(Action.INSERT, Action.UPDATE, Action.REMOVE);

  private static final Set<Action> RESTORE =
      EnumSet.of(
          Action.BYPASS_DOCUMENT_VALIDATION,
          Action.COLL_MOD,
          Action.CONVERT_TO_CAPPED,
          Action.CREATE_COLLECTION,
          Action.CREATE_INDEX,
          Action.CREATE_SEARCH_INDEXES,
          Action.DROP_COLLECTION,
          Action.INSERT,
          Action.UPDATE_SEARCH_INDEX);

  private static final Set<Action> READ_AND_INDEX =
      plus(
          READ,
          Action.CREATE_INDEX,
          Action.CREATE_SEARCH_INDEXES,
          Action.DROP_INDEX,
          Action.DROP_SEARCH_INDEX);

  private static final Set<Action> FIND = EnumSet.of(Action.FIND);

  /** The role that Atlas adds to MongoDB's own; a target need not know it. */
  private static final String ATLAS_ADMIN = "atlasAdmin";

  private static final List<String> OF_ANY_DATABASE =
      List.of("read", "readWrite", "dbAdmin", "userAdmin", "dbOwner", "enableSharding");

  private static final List<String> OF_ADMIN =
      List.of(
          "readAnyDatabase",
          "readWriteAnyDatabase",
          "dbAdminAnyDatabase",
          "userAdminAnyDatabase",
          "clusterMonitor",
          "hostManager",
          "clusterManager",
          "clusterAdmin",
          "backup",
          "restore",
          "directShardOperations",
          ATLAS_ADMIN,
          "root");

  private BuiltInRoles() {}

  /** Roles that exist in every database. */
  public static List<String> ofAnyDatabase() {
    return OF_ANY_DATABASE;
  }

  /** Roles that exist in {@code admin} only. */
  public static List<String> ofAdmin() {
    return OF_ADMIN;
  }

  /** Whether MongoDB has such a role in that database. */
  public static boolean exists(String role, String database) {
    return Namespace.validDatabase(database)
        && (OF_ANY_DATABASE.contains(role)
            || (database.equals("admin") && OF_ADMIN.contains(role)));
  }

  /**
   * The privileges of a role, one for each resource.
   *
   * @throws IllegalArgumentException when there is no such role in that database
   */
  public static List<Privilege> of(String role, String database) {
    if (!exists(role, database)) {
      throw new IllegalArgumentException("no built-in role " + role + " in " + database);
    }
    Collector collector = new Collector();
    add(role, database, collector);
    return collector.privileges();
  }

  /**
   * What {@code read} or {@code readWrite} gives, on one collection alone.
   *
   * @throws IllegalArgumentException for other roles
   */
  public static List<Privilege> of(String role, String database, String collection) {
    Set<Action> actions =
        switch (role) {
          case "read" -> READ;
          case "readWrite" -> READ_WRITE;
          default ->
              throw new IllegalArgumentException("only read and readWrite fit one collection");
        };
    return List.of(new Privilege(ResourcePattern.of(database, collection), actions));
  }

  private static void add(String role, String database, Collector to) {
    switch (role) {
      case "read" -> {
        to.add(new OfDatabase(database), READ);
        to.add(new OfCollection(database, "system.js"), READ);
      }
      case "readWrite" -> {
        to.add(new OfDatabase(database), READ_WRITE);
        to.add(new OfCollection(database, "system.js"), READ_WRITE);
      }
      case "userAdmin" -> to.add(new OfDatabase(database), USER_ADMIN);
      case "dbAdmin" -> {
        to.add(new OfDatabase(database), DB_ADMIN);
        to.add(new OfCollection(database, "system.profile"), PROFILE);
      }
      case "dbOwner" -> {
        add("readWrite", database, to);
        add("dbAdmin", database, to);
        add("userAdmin", database, to);
      }
      case "enableSharding" -> to.add(new OfEveryDatabase(), ENABLE_SHARDING);
      case "readAnyDatabase" -> {
        anyDatabase(READ, to);
        to.add(new OfCluster(), Action.LIST_DATABASES);
      }
      case "readWriteAnyDatabase" -> {
        add("readAnyDatabase", database, to);
        anyDatabase(READ_WRITE, to);
      }
      case "dbAdminAnyDatabase" -> {
        to.add(new OfCluster(), Action.LIST_DATABASES, Action.APPLY_OPS);
        to.add(new OfEveryDatabase(), DB_ADMIN);
        to.add(new OfCollectionAnywhere("system.profile"), PROFILE);
        to.add(new OfBuckets(), DB_ADMIN);
      }
      case "userAdminAnyDatabase" -> userAdminAnyDatabase(to);
      case "clusterMonitor" -> clusterMonitor(to);
      case "hostManager" -> {
        to.add(new OfCluster(), HOST);
        to.add(new OfEveryDatabase(), Action.KILL_CURSORS);
      }
      case "clusterManager" -> clusterManager(to);
      case "clusterAdmin" -> {
        add("clusterMonitor", database, to);
        add("hostManager", database, to);
        add("clusterManager", database, to);
        to.add(new OfEveryDatabase(), Action.DROP_DATABASE);
        to.add(new OfEverything(), Action.IMPORT_COLLECTION, Action.EXPORT_COLLECTION);
      }
      case "backup" -> backup(to);
      case "restore" -> restore(to);
      case "directShardOperations" -> to.add(new OfCluster(), Action.ISSUE_DIRECT_SHARD_OPERATIONS);
      case ATLAS_ADMIN -> atlasAdmin(to);
      case "root" -> {
        for (String part :
            List.of(
                "clusterAdmin",
                "userAdminAnyDatabase",
                "dbAdminAnyDatabase",
                "readWriteAnyDatabase",
                "backup",
                "restore",
                "directShardOperations")) {
          add(part, database, to);
        }
        to.add(new OfEverything(), Action.VALIDATE);
        to.add(new OfCluster(), Action.USE_TENANT);
        to.add(new OfCollection("config", "system.preimages"), Action.FIND, Action.REMOVE);
        to.add(new OfCollection("config", "system.change_collection"), FIND);
        to.add(new OfCollection("config", "system.change_collection"), WRITE);
      }
      default -> throw new IllegalArgumentException("no built-in role " + role);
    }
  }

  private static void atlasAdmin(Collector to) {
    for (String part :
        List.of("readWriteAnyDatabase", "dbAdminAnyDatabase", "clusterMonitor", "enableSharding")) {
      add(part, "admin", to);
    }
    to.add(
        new OfCluster(),
        Action.KILLOP,
        Action.KILL_ANY_CURSOR,
        Action.KILL_ANY_SESSION,
        Action.FLUSH_ROUTER_CONFIG,
        Action.SET_USER_WRITE_BLOCK_MODE,
        Action.BYPASS_WRITE_BLOCKING_MODE,
        Action.BYPASS_DEFAULT_MAX_TIME_MS);
    to.add(
        new OfEveryDatabase(),
        Action.CLEAR_JUMBO_FLAG,
        Action.MOVE_CHUNK,
        Action.SPLIT_CHUNK,
        Action.SPLIT_VECTOR);
  }

  private static void anyDatabase(Set<Action> actions, Collector to) {
    to.add(new OfEveryDatabase(), actions);
    to.add(new OfCollectionAnywhere("system.js"), actions);
    to.add(new OfBuckets(), actions);
  }

  private static void userAdminAnyDatabase(Collector to) {
    to.add(new OfEveryDatabase(), USER_ADMIN);
    to.add(new OfEveryDatabase(), Action.LIST_CACHED_AND_ACTIVE_USERS);
    to.add(new OfDatabase("local"), USER_ADMIN);
    to.add(new OfDatabase("config"), USER_ADMIN);
    to.add(
        new OfCluster(),
        Action.LIST_DATABASES,
        Action.AUTH_SCHEMA_UPGRADE,
        Action.INVALIDATE_USER_CACHE,
        Action.VIEW_USER);
    to.add(new OfCollection("admin", "system.users"), READ_AND_INDEX);
    to.add(new OfCollection("admin", "system.roles"), READ_AND_INDEX);
    to.add(new OfCollectionAnywhere("system.users"), READ);
    to.add(new OfCollection("admin", "system.version"), READ);
    to.add(new OfCollection("admin", "system.backup_users"), READ);
  }

  private static void clusterMonitor(Collector to) {
    add("read", "config", to);
    add("read", "local", to);
    to.add(new OfCluster(), MONITOR_CLUSTER);
    to.add(new OfEveryDatabase(), MONITOR_DATABASE);
    to.add(new OfDatabase("config"), MONITOR_DATABASE);
    to.add(new OfCollection("config", "system.sessions"), MONITOR_DATABASE);
    to.add(new OfDatabase("local"), MONITOR_DATABASE);
    to.add(new OfCollection("local", "system.replset"), FIND);
    to.add(new OfCollection("local", "replset.election"), FIND);
    to.add(new OfCollection("local", "replset.minvalid"), FIND);
    to.add(new OfCollectionAnywhere("system.profile"), FIND);
  }

  private static void clusterManager(Collector to) {
    add("read", "config", to);
    to.add(new OfCluster(), MANAGE_CLUSTER);
    to.add(new OfEveryDatabase(), MANAGE_DATABASE);
    to.add(new OfBuckets(), MANAGE_DATABASE);
    to.add(new OfDatabase("config"), MANAGE_DATABASE);
    to.add(new OfDatabase("local"), MANAGE_DATABASE);
    to.add(new OfCollection("local", "system.replset"), READ);
    to.add(new OfEverything(), Action.DB_CHECK);
    to.add(new OfCollection("local", "system.healthlog"), READ);
    to.add(new OfDatabase("config"), WRITE);
    to.add(new OfDatabase("local"), WRITE);
    to.add(new OfCollection("local", "replset.election"), WRITE);
    to.add(new OfCollection("local", "replset.minvalid"), WRITE);
  }

  private static void backup(Collector to) {
    to.add(
        new OfEverything(),
        Action.COLL_STATS,
        Action.LIST_COLLECTIONS,
        Action.LIST_INDEXES,
        Action.LIST_SEARCH_INDEXES);
    to.add(new OfEveryDatabase(), FIND);
    to.add(new OfBuckets(), FIND);
    to.add(
        new OfCluster(),
        Action.GET_PARAMETER,
        Action.LIST_DATABASES,
        Action.USE_UUID,
        Action.APPEND_OPLOG_NOTE,
        Action.SERVER_STATUS,
        Action.SET_USER_WRITE_BLOCK_MODE);
    to.add(new OfDatabase("config"), FIND);
    to.add(new OfDatabase("local"), FIND);
    to.add(new OfCollection("local", "replset.election"), FIND);
    to.add(new OfCollection("local", "replset.minvalid"), FIND);
    to.add(new OfCollectionAnywhere("system.js"), FIND);
    to.add(new OfCollectionAnywhere("system.users"), FIND);
    to.add(new OfCollectionAnywhere("system.profile"), FIND);
    to.add(new OfCollection("admin", "system.backup_users"), FIND);
    to.add(new OfCollection("admin", "system.roles"), FIND);
    to.add(new OfCollection("admin", "system.version"), FIND);
    to.add(new OfCollection("config", "settings"), Action.FIND, Action.INSERT, Action.UPDATE);
  }

  private static void restore(Collector to) {
    to.add(
        new OfCluster(),
        Action.GET_PARAMETER,
        Action.FORCE_UUID,
        Action.USE_UUID,
        Action.BYPASS_WRITE_BLOCKING_MODE,
        Action.SET_USER_WRITE_BLOCK_MODE,
        Action.APPLY_OPS);
    to.add(new OfDatabase("local"), RESTORE);
    to.add(new OfDatabase("config"), RESTORE);
    to.add(new OfBuckets(), RESTORE);
    to.add(new OfCollection("local", "system.replset"), RESTORE);
    to.add(new OfCollection("local", "replset.election"), RESTORE);
    to.add(new OfCollection("local", "replset.minvalid"), RESTORE);
    to.add(new OfEverything(), Action.LIST_COLLECTIONS);
    to.add(new OfEveryDatabase(), RESTORE);
    to.add(new OfEveryDatabase(), USER_ADMIN);
    to.add(new OfCollectionAnywhere("system.js"), RESTORE);
    to.add(new OfCollection("admin", "tempusers"), FIND);
    to.add(new OfCollection("admin", "temproles"), FIND);
    to.add(new OfCollection("admin", "system.backup_users"), RESTORE);
    to.add(new OfCollection("admin", "system.version"), plus(RESTORE, Action.FIND));
    to.add(
        new OfCollectionAnywhere("system.users"),
        plus(RESTORE, Action.FIND, Action.UPDATE, Action.REMOVE));
    to.add(new OfCollection("admin", "system.roles"), Action.CREATE_INDEX);
  }

  private static Set<Action> plus(Set<Action> actions, Action first, Action... more) {
    EnumSet<Action> all = EnumSet.of(first, more);
    all.addAll(actions);
    return Collections.unmodifiableSet(all);
  }

  /** Joins what several roles give on one resource, keeping the order in which they came. */
  private static final class Collector {
    private final Map<ResourcePattern, EnumSet<Action>> byResource = new LinkedHashMap<>();

    void add(ResourcePattern resource, Set<Action> actions) {
      byResource.computeIfAbsent(resource, _ -> EnumSet.noneOf(Action.class)).addAll(actions);
    }

    void add(ResourcePattern resource, Action first, Action... more) {
      add(resource, EnumSet.of(first, more));
    }

    List<Privilege> privileges() {
      List<Privilege> privileges = new ArrayList<>(byResource.size());
      byResource.forEach((resource, actions) -> privileges.add(new Privilege(resource, actions)));
      return List.copyOf(privileges);
    }
  }
}
