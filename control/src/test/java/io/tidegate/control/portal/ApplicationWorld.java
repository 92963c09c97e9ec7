package io.tidegate.control.portal;

import io.tidegate.access.Cidr;
import io.tidegate.control.application.DatabaseUser;
import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.application.DatabaseUsers;
import io.tidegate.control.application.UserCertificate;
import io.tidegate.control.application.UserCertificates;
import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.cluster.CustomRole;
import io.tidegate.control.cluster.CustomRole.On;
import io.tidegate.control.cluster.CustomRole.Rights;
import io.tidegate.control.cluster.CustomRoles;
import io.tidegate.control.network.AccessList;
import io.tidegate.control.network.AccessListEntry;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Database users, custom roles and an access list of the shop, as pages find them. */
final class ApplicationWorld {
  private final PortalWorld world;
  private final Instant born;
  private final List<DatabaseUser> userRows = new ArrayList<>();
  private final List<AccessListEntry> entries = new ArrayList<>();

  final DatabaseUsers users = new FakeUsers();
  final CustomRoles roles = new FakeRoles();
  final UserCertificates certificates = new FakeCertificates();
  final AccessList accessList = new FakeAccessList();

  ApplicationWorld(PortalWorld world) {
    this.world = world;
    this.born = world.born;
    user("1", "orders-worker", Kind.SCRAM, null, new UserRole("readWrite", "shop", null));
    user(
        "2",
        "CN=reports,OU=shop",
        Kind.X509_MANAGED,
        null,
        new UserRole("read", "shop", "orders"),
        new UserRole("orders-reader", "admin", null));
    user(
        "3",
        "migration",
        Kind.SCRAM,
        born.plus(Duration.ofHours(5)),
        new UserRole("readWriteAnyDatabase", "admin", null));
    user("4", "idp/analysts", Kind.OIDC_GROUP, null, new UserRole("read", "shop", null));
    entry("1", "10.20.0.0/16", "order workers in Frankfurt", null);
    entry("2", "203.0.113.7", "release day", born.plus(Duration.ofMinutes(50)));
    entry("3", "2001:db8:20::/48", "", null);
  }

  private void user(
      String id, String name, Kind kind, @Nullable Instant deleteAfter, UserRole... roles) {
    userRows.add(
        new DatabaseUser(
            "dbu_" + id,
            PortalWorld.SHOP,
            name,
            kind,
            List.of(roles),
            List.of(),
            List.of(),
            "",
            deleteAfter,
            1,
            born.minus(Duration.ofHours(19)),
            born));
  }

  private void entry(String id, String range, String comment, @Nullable Instant deleteAfter) {
    entries.add(
        new AccessListEntry(
            "ale_" + id,
            PortalWorld.SHOP,
            Cidr.parse(range),
            range,
            comment,
            deleteAfter,
            born.minus(Duration.ofHours(9))));
  }

  private static void requireManages(Actor actor) {
    if (!actor.managesDatabaseUsers(PortalWorld.SHOP)) {
      throw Refused.notAllowed("Only owners of the project change this.");
    }
  }

  private final class FakeUsers implements DatabaseUsers {
    @Override
    public List<DatabaseUser> list(Actor actor, String project) {
      return project.equals(PortalWorld.SHOP) ? List.copyOf(userRows) : List.of();
    }

    @Override
    public DatabaseUser user(Actor actor, String project, String authDatabase, String username) {
      return list(actor, project).stream()
          .filter(user -> user.username().equals(username))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("user", username));
    }

    @Override
    public DatabaseUser create(Actor actor, String project, DatabaseUsers.Draft draft) {
      requireManages(actor);
      if (draft.username().equals("orders-worker")) {
        throw new Refused(ErrorCode.NAME_TAKEN, "There is a database user 'orders-worker' already.")
            .about("database user");
      }
      Secret password = draft.password();
      world.calls.add(
          "user "
              + draft.username()
              + " "
              + draft.kind()
              + " "
              + draft.roles()
              + " "
              + draft.scopes()
              + " "
              + (password == null ? 0 : password.reveal().length()));
      return userRows.getFirst();
    }

    @Override
    public DatabaseUser update(
        Actor actor, String project, String authDatabase, String username, Change change) {
      requireManages(actor);
      world.calls.add("change " + username + " " + change.roles() + " " + change.scopes());
      return user(actor, project, authDatabase, username);
    }

    @Override
    public void delete(Actor actor, String project, String authDatabase, String username) {
      world.calls.add("delete " + username);
    }

    @Override
    public List<Reach> reach(Actor actor, DatabaseUser user) {
      String address = "gateway.example:27100";
      return switch (user.kind()) {
        case SCRAM ->
            List.of(
                new Reach(
                    "orders-db",
                    State.IN_FORCE,
                    "The gateway lets it in.",
                    address,
                    user.id().endsWith("1") ? 12 : 0,
                    new Use(born.minus(Duration.ofMinutes(3)), "10.20.3.4:50112")),
                new Reach(
                    "payments-db",
                    State.IN_TROUBLE,
                    "The gateway cannot reach the target.",
                    "gateway.example:27101",
                    0,
                    null));
        case X509_MANAGED ->
            List.of(
                new Reach(
                    "orders-db", State.ON_ITS_WAY, "The gateway is being told.", address, 0, null));
        case X509_CUSTOMER,
            LDAP_USER,
            LDAP_GROUP,
            OIDC_USER,
            OIDC_GROUP,
            AWS_IAM_USER,
            AWS_IAM_ROLE ->
            List.of(
                new Reach(
                    "orders-db",
                    State.NOT_SERVED,
                    "Gateways do not serve sign-in by an identity provider yet.",
                    null,
                    0,
                    null));
      };
    }

    @Override
    public Map<String, List<Reach>> reaches(Actor actor, String project) {
      Map<String, List<Reach>> reaches = new HashMap<>();
      for (DatabaseUser user : list(actor, project)) {
        reaches.put(user.id(), reach(actor, user));
      }
      return reaches;
    }
  }

  private final class FakeRoles implements CustomRoles {
    private CustomRole role() {
      return new CustomRole(
          "rol_1",
          PortalWorld.SHOP,
          "orders-reader",
          "",
          List.of(
              new Rights(List.of("find", "listIndexes"), new On(null, "shop", "orders")),
              new Rights(List.of("listDatabases"), new On(true, null, null))),
          List.of(new RoleBinding("read", "reports")),
          3,
          born,
          born);
    }

    @Override
    public List<CustomRole> list(Actor actor, String project) {
      return project.equals(PortalWorld.SHOP) ? List.of(role()) : List.of();
    }

    @Override
    public CustomRole role(Actor actor, String project, String reference) {
      return list(actor, project).stream()
          .filter(role -> role.name().equals(reference))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("custom role", reference));
    }

    @Override
    public CustomRole create(Actor actor, String project, CustomRoles.Draft draft) {
      world.calls.add("role " + draft.name() + " " + draft.privileges() + " " + draft.inherits());
      return role();
    }

    @Override
    public CustomRole update(
        Actor actor, String project, String reference, long version, CustomRoles.Draft draft) {
      world.calls.add("change role " + reference + " " + version + " " + draft.privileges());
      return role();
    }

    @Override
    public void delete(Actor actor, String project, String reference, long version) {
      world.calls.add("delete role " + reference);
    }
  }

  private final class FakeCertificates implements UserCertificates {
    @Override
    public List<UserCertificate> list(Actor actor, String project, String username) {
      return List.of(
          new UserCertificate(
              7,
              project,
              username,
              username,
              "5e8a1f",
              born,
              born.plus(Duration.ofDays(90)),
              null));
    }

    @Override
    public Secret issue(Actor actor, String project, String username, int months) {
      world.calls.add("issue " + username);
      return new Secret("-----BEGIN CERTIFICATE-----\nof " + username + "\n");
    }

    @Override
    public @Nullable String customerAuthorities(Actor actor, String project) {
      return null;
    }

    @Override
    public void setCustomerAuthorities(Actor actor, String project, @Nullable String pem) {
      throw new AssertionError("no page asks it");
    }
  }

  private final class FakeAccessList implements AccessList {
    @Override
    public List<AccessListEntry> list(Actor actor, String project) {
      return project.equals(PortalWorld.SHOP) ? List.copyOf(entries) : List.of();
    }

    @Override
    public AccessListEntry entry(Actor actor, String project, String range) {
      return list(actor, project).stream()
          .filter(entry -> entry.text().equals(range))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("access list entry", range));
    }

    @Override
    public List<AccessListEntry> add(Actor actor, String project, List<AccessList.Draft> drafts) {
      requireManages(actor);
      for (AccessList.Draft draft : drafts) {
        if (draft.range().equals("nonsense")) {
          throw new Refused(ErrorCode.BAD_INPUT, "'nonsense' is neither an address nor a range.");
        }
        world.calls.add("admit " + draft.range() + " until " + draft.deleteAfter());
      }
      return list(actor, project);
    }

    @Override
    public void remove(Actor actor, String project, String range) {
      world.calls.add("shut out " + range);
    }

    @Override
    public boolean inForce(Actor actor, String project, String range) {
      return !range.startsWith("203");
    }
  }
}
