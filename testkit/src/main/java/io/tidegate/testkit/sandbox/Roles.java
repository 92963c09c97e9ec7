package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * MongoDB's built-in roles as the sandbox grants them: which actions, on which resource. Written
 * from the manual's page of built-in roles, for the actions that the sandbox's commands ask for.
 */
final class Roles {

  private static final Set<String> READ =
      Set.of(
          "changeStream",
          "collStats",
          "dbHash",
          "dbStats",
          "find",
          "killCursors",
          "listCollections",
          "listIndexes");

  private static final Set<String> WRITE =
      Set.of(
          "convertToCapped",
          "createCollection",
          "createIndex",
          "dropCollection",
          "dropIndex",
          "insert",
          "remove",
          "renameCollectionSameDB",
          "update");

  private static final Set<String> DB_ADMIN =
      Set.of(
          "bypassDocumentValidation",
          "collMod",
          "collStats",
          "compact",
          "convertToCapped",
          "createCollection",
          "createIndex",
          "dbStats",
          "dropCollection",
          "dropDatabase",
          "dropIndex",
          "enableProfiler",
          "killCursors",
          "listCollections",
          "listIndexes",
          "reIndex",
          "renameCollectionSameDB",
          "validate");

  private static final Set<String> USER_ADMIN =
      Set.of(
          "changeCustomData",
          "changePassword",
          "createRole",
          "createUser",
          "dropRole",
          "dropUser",
          "grantRole",
          "revokeRole",
          "viewRole",
          "viewUser");

  private static final Set<String> CLUSTER_MONITOR =
      Set.of(
          "connPoolStats",
          "getCmdLineOpts",
          "getLog",
          "getParameter",
          "hostInfo",
          "inprog",
          "listDatabases",
          "replSetGetConfig",
          "replSetGetStatus",
          "serverStatus",
          "top",
          "useUUID");

  private static final Set<String> HOST_MANAGER =
      Set.of("fsync", "killAnySession", "killop", "setParameter", "shutdown");

  private static final Set<String> NAMES =
      new TreeSet<>(
          List.of(
              "read",
              "readWrite",
              "dbAdmin",
              "dbOwner",
              "userAdmin",
              "readAnyDatabase",
              "readWriteAnyDatabase",
              "dbAdminAnyDatabase",
              "userAdminAnyDatabase",
              "clusterMonitor",
              "hostManager",
              "clusterAdmin",
              "root"));

  private Roles() {}

  /**
   * What a command wants to do.
   *
   * @param action MongoDB's privilege action
   * @param database null for the cluster resource
   * @param collection null for the database as a whole
   */
  record Wanted(String action, @Nullable String database, @Nullable String collection) {

    static Wanted on(String action, String database, String collection) {
      return new Wanted(action, database, collection);
    }

    static Wanted onDatabase(String action, String database) {
      return new Wanted(action, database, null);
    }

    static Wanted onCluster(String action) {
      return new Wanted(action, null, null);
    }
  }

  /**
   * Returns the grants unchanged, or fails with code 31 when one names a role that is not there.
   */
  static Collection<RoleGrant> known(Collection<RoleGrant> grants) {
    for (RoleGrant grant : grants) {
      if (!NAMES.contains(grant.role())) {
        throw new CommandException(
            31, "RoleNotFound", "Could not find role: " + grant.role() + "@" + grant.database());
      }
    }
    return grants;
  }

  static Set<String> names() {
    return NAMES;
  }

  static boolean allow(Collection<RoleGrant> grants, Wanted wanted) {
    return grants.stream().anyMatch(grant -> allows(grant, wanted));
  }

  private static boolean allows(RoleGrant grant, Wanted wanted) {
    boolean own = grant.database().equals(wanted.database());
    boolean admin = grant.database().equals("admin");
    boolean any =
        admin
            && wanted.database() != null
            && !wanted.database().equals("local")
            && !wanted.database().equals("config");
    String action = wanted.action();
    boolean plain = wanted.collection() == null || !wanted.collection().startsWith("system.");
    boolean cluster = admin && wanted.database() == null;
    return switch (grant.role()) {
      case "read" -> own && plain && READ.contains(action);
      case "readWrite" -> own && plain && (READ.contains(action) || WRITE.contains(action));
      case "dbAdmin" -> own && DB_ADMIN.contains(action);
      case "userAdmin" -> own && USER_ADMIN.contains(action);
      case "dbOwner" ->
          own
              && (DB_ADMIN.contains(action)
                  || USER_ADMIN.contains(action)
                  || (plain && (READ.contains(action) || WRITE.contains(action))));
      case "readAnyDatabase" ->
          (any && plain && READ.contains(action)) || (cluster && action.equals("listDatabases"));
      case "readWriteAnyDatabase" ->
          (any && plain && (READ.contains(action) || WRITE.contains(action)))
              || (cluster && action.equals("listDatabases"));
      case "dbAdminAnyDatabase" ->
          (any && DB_ADMIN.contains(action)) || (cluster && action.equals("listDatabases"));
      case "userAdminAnyDatabase" ->
          (any && USER_ADMIN.contains(action))
              || (cluster && action.equals("listDatabases"))
              || (any && "system.users".equals(wanted.collection()) && action.equals("find"));
      case "clusterMonitor" ->
          (cluster && CLUSTER_MONITOR.contains(action))
              || (any && Set.of("collStats", "dbStats", "listCollections").contains(action));
      case "hostManager" -> cluster && HOST_MANAGER.contains(action);
      case "clusterAdmin" ->
          (cluster && (CLUSTER_MONITOR.contains(action) || HOST_MANAGER.contains(action)))
              || (any && action.equals("dropDatabase"));
      case "root" -> true;
      default -> false;
    };
  }

  /** The databases other than by name that the grants can list; for {@code listDatabases}. */
  static boolean mayFindIn(Collection<RoleGrant> grants, String database) {
    return allow(grants, Wanted.onDatabase("listCollections", database));
  }

  static List<Document> documents(Collection<RoleGrant> grants) {
    List<Document> documents = new ArrayList<>();
    for (RoleGrant grant : grants) {
      documents.add(new Document("role", grant.role()).append("db", grant.database()));
    }
    return documents;
  }

  /** The privileges as {@code connectionStatus} and {@code usersInfo} show them. */
  static List<Document> privileges(Collection<RoleGrant> grants) {
    Map<String, Document> privileges = new TreeMap<>();
    for (RoleGrant grant : grants) {
      boolean everywhere = grant.role().equals("root") || grant.role().endsWith("AnyDatabase");
      String database = everywhere ? "" : grant.database();
      Set<String> actions = new TreeSet<>();
      for (Set<String> group : List.of(READ, WRITE, DB_ADMIN, USER_ADMIN)) {
        for (String action : group) {
          String where = everywhere ? "a" : grant.database();
          if (allows(grant, Wanted.onDatabase(action, where))) {
            actions.add(action);
          }
        }
      }
      if (!actions.isEmpty()) {
        privileges.put(
            database + "/" + grant.role(),
            new Document("resource", new Document("db", database).append("collection", ""))
                .append("actions", List.copyOf(actions)));
      }
      Set<String> cluster = new TreeSet<>();
      for (Set<String> group : List.of(CLUSTER_MONITOR, HOST_MANAGER)) {
        for (String action : group) {
          if (allows(grant, Wanted.onCluster(action))) {
            cluster.add(action);
          }
        }
      }
      if (!cluster.isEmpty()) {
        privileges.put(
            "~cluster/" + grant.role(),
            new Document("resource", new Document("cluster", true))
                .append("actions", List.copyOf(cluster)));
      }
    }
    return List.copyOf(privileges.values());
  }
}
