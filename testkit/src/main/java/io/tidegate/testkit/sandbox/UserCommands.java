package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import io.tidegate.testkit.sandbox.CommandTable.Kind;
import io.tidegate.testkit.sandbox.Roles.Wanted;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** User management, and what tells about users and roles. */
final class UserCommands {

  private final SandboxMongo server;

  private UserCommands(SandboxMongo server) {
    this.server = server;
  }

  static void register(CommandTable table, SandboxMongo server) {
    var commands = new UserCommands(server);
    table.add(
        "createUser",
        Kind.FREE,
        call ->
            List.of(
                Wanted.onDatabase("createUser", call.database()),
                Wanted.onDatabase("grantRole", call.database())),
        commands::createUser);
    table.add(
        "updateUser",
        Kind.FREE,
        call ->
            List.of(
                Wanted.onDatabase("changePassword", call.database()),
                Wanted.onDatabase("changeCustomData", call.database())),
        commands::updateUser);
    table.add(
        "dropUser",
        Kind.FREE,
        call -> List.of(Wanted.onDatabase("dropUser", call.database())),
        call -> {
          UserName name = new UserName(call.database(), call.text("dropUser"));
          server.users().require(name);
          server.users().drop(name);
          return new Document();
        });
    table.add(
        "dropAllUsersFromDatabase",
        Kind.FREE,
        call -> List.of(Wanted.onDatabase("dropUser", call.database())),
        call -> {
          List<UserStore.User> users = server.users().in(call.database());
          users.forEach(user -> server.users().drop(user.name()));
          return new Document("n", users.size());
        });
    table.add(
        "grantRolesToUser",
        Kind.FREE,
        call -> List.of(Wanted.onDatabase("grantRole", call.database())),
        call -> commands.changeRoles(call, true));
    table.add(
        "revokeRolesFromUser",
        Kind.FREE,
        call -> List.of(Wanted.onDatabase("revokeRole", call.database())),
        call -> commands.changeRoles(call, false));
    table.add("usersInfo", Kind.FREE, UserCommands::viewers, commands::usersInfo);
    table.add(
        "rolesInfo",
        Kind.FREE,
        call -> List.of(Wanted.onDatabase("viewRole", call.database())),
        UserCommands::rolesInfo);
  }

  private Document createUser(Call call) {
    Set<Mechanism> mechanisms = new LinkedHashSet<>(Arrays.asList(Mechanism.values()));
    if (call.get("mechanisms") instanceof List<?> wanted) {
      mechanisms.removeIf(mechanism -> !wanted.contains(mechanism.label()));
    }
    server
        .users()
        .create(
            new UserName(call.database(), call.text("createUser")),
            call.text("pwd"),
            mechanisms,
            UserStore.roles(call.get("roles"), call.database()),
            call.get("customData") instanceof Document custom ? custom : null);
    return new Document();
  }

  private Document updateUser(Call call) {
    server
        .users()
        .update(
            new UserName(call.database(), call.text("updateUser")),
            call.get("pwd") == null ? null : call.text("pwd"),
            call.get("roles") == null ? null : UserStore.roles(call.get("roles"), call.database()),
            call.get("customData") instanceof Document custom ? custom : null);
    return new Document();
  }

  private Document changeRoles(Call call, boolean grant) {
    UserName name = new UserName(call.database(), call.text(call.request().name()));
    Set<RoleGrant> roles = new LinkedHashSet<>(server.users().require(name).roles());
    List<RoleGrant> named = UserStore.roles(call.get("roles"), call.database());
    if (grant) {
      roles.addAll(named);
    } else {
      named.forEach(roles::remove);
    }
    server.users().update(name, null, roles, null);
    return new Document();
  }

  /** Everyone may see themselves; to see others takes viewUser. */
  private static List<Wanted> viewers(Call call) {
    UserName self = call.userName();
    Object which = call.get("usersInfo");
    boolean byName =
        self != null
            && which instanceof String name
            && self.equals(new UserName(call.database(), name));
    boolean byDocument =
        self != null
            && which instanceof Document document
            && self.user().equals(document.get("user"))
            && self.database().equals(document.get("db"));
    boolean own = byName || byDocument;
    return own ? List.of() : List.of(Wanted.onDatabase("viewUser", call.database()));
  }

  private Document usersInfo(Call call) {
    List<UserStore.User> found = new ArrayList<>();
    Object which = call.get("usersInfo");
    if (which instanceof List<?> several) {
      several.forEach(each -> addNamed(found, each, call.database()));
    } else if (which instanceof Document all && Call.truth(all.get("forAllDBs"))) {
      found.addAll(server.users().all());
    } else if (which instanceof Number) {
      found.addAll(server.users().in(call.database()));
    } else {
      addNamed(found, which, call.database());
    }
    List<Document> users = new ArrayList<>();
    for (UserStore.User user : found) {
      Document document = user.document(call.flag("showCredentials"));
      if (call.flag("showPrivileges")) {
        document.append("inheritedPrivileges", Roles.privileges(user.roles()));
      }
      users.add(document);
    }
    return new Document("users", users);
  }

  private void addNamed(List<UserStore.User> found, @Nullable Object which, String database) {
    UserStore.User user = null;
    if (which instanceof String name) {
      user = server.users().find(new UserName(database, name));
    } else if (which instanceof Document document
        && document.get("user") instanceof String name
        && document.get("db") instanceof String db) {
      user = server.users().find(new UserName(db, name));
    }
    if (user != null) {
      found.add(user);
    }
  }

  private static Document rolesInfo(Call call) {
    List<Document> roles = new ArrayList<>();
    Object which = call.get("rolesInfo");
    boolean listed = which instanceof Number && call.flag("showBuiltinRoles");
    for (String name : Roles.names()) {
      boolean named =
          name.equals(which)
              || (which instanceof Document document && name.equals(document.get("role")));
      if (listed || named) {
        var grant = new RoleGrant(name, call.database());
        var role =
            new Document("role", name)
                .append("db", call.database())
                .append("isBuiltin", true)
                .append("roles", List.of())
                .append("inheritedRoles", List.of());
        if (call.flag("showPrivileges")) {
          role.append("privileges", Roles.privileges(List.of(grant)));
        }
        roles.add(role);
      }
    }
    return new Document("roles", roles);
  }
}
