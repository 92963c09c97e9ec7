package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import io.tidegate.testkit.scram.ScramCredential;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The users, as {@code admin.system.users} holds them. Safe for concurrent use. */
final class UserStore {

  /**
   * One user.
   *
   * @param id MongoDB's {@code userId}
   * @param credentials by mechanism
   * @param customData null when the user has none
   */
  record User(
      UserName name,
      UUID id,
      Map<Mechanism, ScramCredential> credentials,
      Set<RoleGrant> roles,
      @Nullable Document customData) {

    /** The user as a document; credentials only for a reader of {@code system.users}. */
    Document document(boolean withCredentials) {
      var document =
          new Document("_id", name.database() + "." + name.user())
              .append("userId", id)
              .append("user", name.user())
              .append("db", name.database());
      if (withCredentials) {
        var all = new Document();
        for (ScramCredential credential : credentials.values()) {
          Base64.Encoder base64 = Base64.getEncoder();
          all.put(
              credential.mechanism().label(),
              new Document("iterationCount", credential.iterations())
                  .append("salt", base64.encodeToString(credential.salt()))
                  .append("storedKey", base64.encodeToString(credential.storedKey()))
                  .append("serverKey", base64.encodeToString(credential.serverKey())));
        }
        document.put("credentials", all);
      }
      if (customData != null) {
        document.put("customData", customData);
      }
      document.put("roles", Roles.documents(roles));
      document.put("mechanisms", mechanisms());
      return document;
    }

    List<String> mechanisms() {
      return credentials.keySet().stream().map(Mechanism::label).toList();
    }
  }

  private final Map<String, User> users = new ConcurrentSkipListMap<>();
  private final SecureRandom random;

  UserStore(SecureRandom random) {
    this.random = random;
  }

  /** Adds a user; fails with code 51003 when it is there already. */
  void create(
      UserName name,
      String password,
      Collection<Mechanism> mechanisms,
      Collection<RoleGrant> roles,
      @Nullable Document customData) {
    var user =
        new User(
            name,
            UUID.randomUUID(),
            credentials(name, password, mechanisms),
            new LinkedHashSet<>(Roles.known(roles)),
            customData);
    if (users.putIfAbsent(name.toString(), user) != null) {
      throw new CommandException(51003, "Location51003", "User \"" + name + "\" already exists");
    }
  }

  /** Changes what is not null. */
  void update(
      UserName name,
      @Nullable String password,
      @Nullable Collection<RoleGrant> roles,
      @Nullable Document customData) {
    User old = require(name);
    users.put(
        name.toString(),
        new User(
            name,
            old.id(),
            password == null
                ? old.credentials()
                : credentials(name, password, old.credentials().keySet()),
            roles == null ? old.roles() : new LinkedHashSet<>(Roles.known(roles)),
            customData == null ? old.customData() : customData));
  }

  boolean drop(UserName name) {
    return users.remove(name.toString()) != null;
  }

  @Nullable User find(UserName name) {
    return users.get(name.toString());
  }

  User require(UserName name) {
    User user = find(name);
    if (user == null) {
      throw new CommandException(11, "UserNotFound", "Could not find user \"" + name + "\"");
    }
    return user;
  }

  @Nullable ScramCredential credential(UserName name, Mechanism mechanism) {
    User user = find(name);
    return user == null ? null : user.credentials().get(mechanism);
  }

  List<User> all() {
    return List.copyOf(users.values());
  }

  List<User> in(String database) {
    return all().stream().filter(user -> user.name().database().equals(database)).toList();
  }

  private Map<Mechanism, ScramCredential> credentials(
      UserName name, String password, Collection<Mechanism> mechanisms) {
    var result = new EnumMap<Mechanism, ScramCredential>(Mechanism.class);
    for (Mechanism mechanism : mechanisms) {
      byte[] salt = new byte[mechanism.saltLength()];
      random.nextBytes(salt);
      result.put(mechanism, ScramCredential.derive(mechanism, name.user(), password, salt));
    }
    return result;
  }

  /**
   * Parses {@code roles: ["read", {role, db}]} where a bare name is a role of the same database.
   */
  static List<RoleGrant> roles(@Nullable Object value, String database) {
    if (!(value instanceof Collection<?> elements)) {
      throw CommandException.typeMismatch("\"roles\" must be an array");
    }
    List<RoleGrant> grants = new ArrayList<>();
    for (Object element : elements) {
      if (element instanceof String role) {
        grants.add(new RoleGrant(role, database));
      } else if (element instanceof Document document
          && document.get("role") instanceof String role
          && document.get("db") instanceof String db) {
        grants.add(new RoleGrant(role, db));
      } else {
        throw CommandException.badValue("a role is a name or a document with role and db");
      }
    }
    return grants;
  }

  /** The databases that hold users. */
  Set<String> databases() {
    Set<String> names = new TreeSet<>();
    all().forEach(user -> names.add(user.name().database()));
    return names;
  }
}
