package io.tidegate.control.application;

import io.tidegate.access.Action;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Namespace;
import io.tidegate.access.Privilege;
import io.tidegate.access.ResourcePattern;
import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.cluster.RolePrivileges;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Which roles database users may have, and what these come to. */
@Component
class UserRoles {
  private static final int MOST_ROLES = 100;

  /** Roles of one database, or of one of its collections. */
  private static final Set<String> OF_COLLECTION = Set.of("read", "readWrite");

  /**
   * MongoDB's roles that users may have, as in Atlas. Those that change users and roles are not
   * among them: what outlives a lease is never leased.
   */
  private static final Set<String> BUILT_IN =
      Set.of(
          "read",
          "readWrite",
          "dbAdmin",
          "readAnyDatabase",
          "readWriteAnyDatabase",
          "dbAdminAnyDatabase",
          "clusterMonitor",
          "backup",
          "enableSharding",
          "atlasAdmin");

  private final RolePrivileges privileges;

  UserRoles(RolePrivileges privileges) {
    this.privileges = privileges;
  }

  /** Refuses what no user may have; holds the project's roles until the transaction ends. */
  void check(String projectId, List<UserRole> roles) {
    if (roles.isEmpty() || roles.size() > MOST_ROLES) {
      throw new Refused(ErrorCode.BAD_INPUT, "roles must name 1 to " + MOST_ROLES + " roles.");
    }
    List<RoleBinding> custom = new ArrayList<>();
    for (UserRole role : roles) {
      if (!Namespace.validDatabase(role.db())) {
        throw new Refused(
            ErrorCode.BAD_INPUT, "roles.databaseName: '" + role.db() + "' is no database's name.");
      }
      String collection = role.collection();
      if (collection != null
          && (!OF_COLLECTION.contains(role.role()) || !Namespace.validCollection(collection))) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "roles.collectionName goes with read and readWrite only, and names a collection.",
            "For other actions on one collection make a custom role.");
      }
      if (BUILT_IN.contains(role.role())) {
        if (!BuiltInRoles.exists(role.role(), role.db())
            || (role.role().equals("enableSharding") && !role.db().equals("admin"))) {
          throw new Refused(
              ErrorCode.BAD_INPUT,
              "roles: "
                  + role.role()
                  + " is a role of the database admin, not of "
                  + role.db()
                  + ".");
        }
      } else if (BuiltInRoles.exists(role.role(), role.db())) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "roles: database users cannot have MongoDB's role " + role.role() + ".",
            "Take one of "
                + String.join(", ", BUILT_IN.stream().sorted().toList())
                + ", or a custom role.");
      } else {
        custom.add(new RoleBinding(role.role(), role.db()));
      }
    }
    privileges.require(projectId, custom);
  }

  /**
   * All that the roles allow together, one privilege for each resource.
   *
   * @throws IllegalStateException when one of them does not exist
   */
  List<Privilege> privileges(String projectId, List<UserRole> roles) {
    Map<ResourcePattern, EnumSet<Action>> byResource = new LinkedHashMap<>();
    List<RoleBinding> whole = new ArrayList<>();
    for (UserRole role : roles) {
      String collection = role.collection();
      if (collection == null) {
        whole.add(new RoleBinding(role.role(), role.db()));
      } else {
        add(BuiltInRoles.of(role.role(), role.db(), collection), byResource);
      }
    }
    add(privileges.of(projectId, whole), byResource);
    return byResource.entrySet().stream()
        .map(entry -> new Privilege(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static void add(
      List<Privilege> privileges, Map<ResourcePattern, EnumSet<Action>> byResource) {
    for (Privilege privilege : privileges) {
      byResource
          .computeIfAbsent(privilege.resource(), _ -> EnumSet.noneOf(Action.class))
          .addAll(privilege.actions());
    }
  }
}
