package io.tidegate.control.cluster;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PortRange;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import tools.jackson.core.type.TypeReference;

/** Resources and accounts in the database. Deleted ones stay as rows, for history. */
@Service
class StoredResources implements Resources, Credentials {
  private static final TypeReference<List<Account.RoleBinding>> ROLES = new TypeReference<>() {};
  private static final int MOST_ROLES = 50;
  private static final int LONGEST_SECRET = 1024;

  private static final String SELECT_RESOURCE =
      """
      select r.*, p.name as project_name from resource r join project p on p.id = r.project_id
      where r.deleted_at is null
      """;

  private final Database database;
  private final Projects projects;
  private final RolePrivileges rolePrivileges;
  private final Vault vault;
  private final Audit audit;
  private final Changes changes;
  private final Json json;
  private final Ids ids;
  private final InstantSource clock;
  private final PortRange ports;

  StoredResources(
      Database database,
      Projects projects,
      RolePrivileges rolePrivileges,
      Vault vault,
      Audit audit,
      Changes changes,
      Json json,
      Ids ids,
      InstantSource clock,
      ControlSettings settings) {
    this.ports = settings.clusterPorts();
    this.database = database;
    this.projects = projects;
    this.rolePrivileges = rolePrivileges;
    this.vault = vault;
    this.audit = audit;
    this.changes = changes;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Page<Resource> list(Actor actor, @Nullable String projectReference, Page.Ask ask) {
    @Nullable String only =
        projectReference == null ? null : projects.project(actor, projectReference).id();
    // The key is "name id", because names repeat across projects.
    String[] after = ask.after().split(" ", 2);
    List<Resource> rows =
        database
            .sql()
            .sql(
                SELECT_RESOURCE
                    + """
                     and (r.name > :name or (r.name = :name and r.id > :id))
                    order by r.name, r.id
                    """)
            .param("name", after[0])
            .param("id", after.length > 1 ? after[1] : "")
            .query(StoredResources::resource)
            .list()
            .stream()
            .filter(
                row -> only == null ? actor.sees(row.projectId()) : row.projectId().equals(only))
            .limit(ask.limit() + 1L)
            .toList();
    return Page.cut(rows, ask, row -> row.name() + " " + row.id());
  }

  @Override
  public Resource resource(Actor actor, @Nullable String projectReference, String reference) {
    @Nullable String only =
        projectReference == null ? null : projects.project(actor, projectReference).id();
    List<Resource> found =
        database
            .sql()
            .sql(SELECT_RESOURCE + " and (r.id = ? or r.name = ?)")
            .params(reference, reference)
            .query(StoredResources::resource)
            .list()
            .stream()
            .filter(
                row -> only == null ? actor.sees(row.projectId()) : row.projectId().equals(only))
            .toList();
    if (found.isEmpty()) {
      throw Refused.notFound("resource", reference);
    }
    if (found.size() > 1) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "Several projects have a resource '" + reference + "'.",
          "Name the project too.");
    }
    return found.getFirst();
  }

  @Override
  public Resource create(Actor actor, String projectReference, ResourceDraft draft) {
    return audit.act(
        actor,
        "resource.create",
        Target.of("resource", draft.name()),
        () -> {
          Project project = projects.project(actor, projectReference);
          requireAdministers(actor, project.id());
          ResourceDraft checked = checked(draft);
          Instant now = clock.instant();
          String id = ids.next("res");
          unique(
              "resource",
              draft.name(),
              () ->
                  database
                      .sql()
                      .sql(
                          """
                          insert into resource
                            (id, project_id, name, live_name, description, connection_string,
                             auth_database, tls_enabled, tls_verify, tls_ca_pem, gateway_name,
                             version, created_at, updated_at)
                          values (:id, :project, :name, :live, :description, :connection, :auth,
                                  :tls, :verify, :ca, :gateway, 1, :now, :now)
                          """)
                      .param("id", id)
                      .param("project", project.id())
                      .param("name", checked.name())
                      .param("live", project.id() + "/" + checked.name())
                      .param("description", checked.description())
                      .param("connection", checked.connectionString())
                      .param("auth", checked.authDatabase())
                      .param("tls", Columns.number(checked.tls().enabled()))
                      .param("verify", Columns.number(checked.tls().verify()))
                      .param("ca", checked.tls().caPem(), Types.VARCHAR)
                      .param("gateway", checked.gatewayName(), Types.VARCHAR)
                      .param("now", now.toEpochMilli())
                      .update());
          audit.done(
              actor,
              "resource.create",
              new Target("resource", id, checked.name()),
              facts(checked, "project", project.name()));
          return resource(actor, null, id);
        });
  }

  @Override
  public Resource update(
      Actor actor, String resourceId, long expectedVersion, ResourceDraft draft) {
    return audit.act(
        actor,
        "resource.update",
        Target.of("resource", resourceId),
        () -> {
          Resource old = resource(actor, null, resourceId);
          requireAdministers(actor, old.projectId());
          ResourceDraft checked = checked(draft);
          boolean newTerms =
              !checked.connectionString().equals(old.connectionString())
                  || !checked.authDatabase().equals(old.authDatabase())
                  || !checked.tls().equals(old.tls())
                  || !Objects.equals(checked.gatewayName(), old.gatewayName());
          unique(
              "resource",
              draft.name(),
              () ->
                  atVersion(
                      expectedVersion,
                      database
                          .sql()
                          .sql(
                              """
                              update resource set name = :name, live_name = :live,
                                description = :description, connection_string = :connection,
                                auth_database = :auth, tls_enabled = :tls, tls_verify = :verify,
                                tls_ca_pem = :ca, gateway_name = :gateway,
                                terms = terms + :terms, version = version + 1,
                                updated_at = :now
                              where id = :id and version = :version and deleted_at is null
                              """)
                          .param("id", old.id())
                          .param("version", expectedVersion)
                          .param("terms", newTerms ? 1 : 0)
                          .param("name", checked.name())
                          .param("live", old.projectId() + "/" + checked.name())
                          .param("description", checked.description())
                          .param("connection", checked.connectionString())
                          .param("auth", checked.authDatabase())
                          .param("tls", Columns.number(checked.tls().enabled()))
                          .param("verify", Columns.number(checked.tls().verify()))
                          .param("ca", checked.tls().caPem(), Types.VARCHAR)
                          .param("gateway", checked.gatewayName(), Types.VARCHAR)
                          .param("now", clock.millis())
                          .update()));
          audit.done(
              actor,
              "resource.update",
              new Target("resource", old.id(), checked.name()),
              facts(checked));
          changes.changed(old.id());
          return resource(actor, null, old.id());
        });
  }

  /** All that decides where a session goes and what it trusts there. */
  private static String[] facts(ResourceDraft draft, String... first) {
    String ca = draft.tls().caPem();
    String gateway = draft.gatewayName();
    List<String> facts = new ArrayList<>(List.of(first));
    facts.addAll(
        List.of(
            "connectionString",
            draft.connectionString(),
            "authDatabase",
            draft.authDatabase(),
            "tls",
            draft.tls().enabled() ? draft.tls().verify() ? "verified" : "not verified" : "off",
            "ownCa",
            Boolean.toString(ca != null && !ca.isEmpty()),
            "gateway",
            gateway == null ? "" : gateway));
    return facts.toArray(String[]::new);
  }

  @Override
  public void delete(Actor actor, String resourceId, long expectedVersion) {
    audit.act(
        actor,
        "resource.delete",
        Target.of("resource", resourceId),
        () -> {
          Resource old = resource(actor, null, resourceId);
          requireAdministers(actor, old.projectId());
          for (Account account : accounts(actor, old.id())) {
            removeAccount(actor, account, account.version());
          }
          atVersion(
              expectedVersion,
              database
                  .sql()
                  .sql(
                      """
                      update resource set deleted_at = ?, live_name = null, version = version + 1
                      where id = ? and version = ? and deleted_at is null
                      """)
                  .params(clock.millis(), old.id(), expectedVersion)
                  .update());
          audit.done(actor, "resource.delete", new Target("resource", old.id(), old.name()));
          changes.changed(old.id());
          return old;
        });
  }

  @Override
  public Resource serveApplications(
      Actor actor, String resourceId, long expectedVersion, @Nullable String reference) {
    return audit.act(
        actor,
        "resource.applications",
        Target.of("resource", resourceId),
        () -> {
          Resource old = resource(actor, null, resourceId);
          requireAdministers(actor, old.projectId());
          Account account = reference == null ? null : account(actor, old.id(), reference);
          Integer port = old.directPort();
          if (account != null && port == null) {
            port = freePort();
          }
          atVersion(
              expectedVersion,
              database
                  .sql()
                  .sql(
                      """
                      update resource set gateway_account_id = :account, direct_port = :port,
                        version = version + 1, updated_at = :now
                      where id = :id and version = :version and deleted_at is null
                      """)
                  .param("id", old.id())
                  .param("version", expectedVersion)
                  .param("account", account == null ? null : account.id(), Types.VARCHAR)
                  .param("port", port, Types.INTEGER)
                  .param("now", clock.millis())
                  .update());
          audit.done(
              actor,
              "resource.applications",
              new Target("resource", old.id(), old.name()),
              "account",
              account == null ? "" : account.name());
          changes.changed(old.id());
          return resource(actor, null, old.id());
        });
  }

  /** The first of the configured ports that no resource has; each keeps its own. */
  private int freePort() {
    Set<Integer> taken =
        Set.copyOf(
            database
                .sql()
                .sql(
                    """
                    select direct_port from resource
                    where direct_port is not null and deleted_at is null
                    """)
                .query(Integer.class)
                .list());
    for (int port = ports.first(); port <= ports.last(); port++) {
      if (!taken.contains(port)) {
        return port;
      }
    }
    throw new Refused(
        ErrorCode.STATE_CONFLICT,
        "Every port from " + ports.first() + " to " + ports.last() + " serves a resource already.",
        "Set a wider range in tidegate.control.cluster-ports.");
  }

  @Override
  public List<Account> accounts(Actor actor, String resourceId) {
    Resource resource = resource(actor, null, resourceId);
    return database
        .sql()
        .sql("select * from account where resource_id = ? and deleted_at is null order by name")
        .param(resource.id())
        .query(this::account)
        .list();
  }

  @Override
  public Account account(Actor actor, String resourceId, String reference) {
    return accounts(actor, resourceId).stream()
        .filter(account -> account.id().equals(reference) || account.name().equals(reference))
        .findFirst()
        .orElseThrow(() -> Refused.notFound("account", reference));
  }

  @Override
  public Account createAccount(Actor actor, String resourceId, AccountDraft draft) {
    return audit.act(
        actor,
        "account.create",
        Target.of("account", draft.name()),
        () -> {
          Resource resource = resource(actor, null, resourceId);
          requireAdministers(actor, resource.projectId());
          check(resource.projectId(), draft);
          String id = ids.next("acc");
          Credential credential =
              new Credential(
                  required("username", draft.username()), required("password", draft.password()));
          unique(
              "account",
              draft.name(),
              () ->
                  database
                      .sql()
                      .sql(
                          """
                          insert into account
                            (id, resource_id, name, live_name, description, credential, roles,
                             require_mfa, version, created_at, updated_at)
                          values (:id, :resource, :name, :live, :description, :credential, :roles,
                                  :mfa, 1, :now, :now)
                          """)
                      .param("id", id)
                      .param("resource", resource.id())
                      .param("name", draft.name())
                      .param("live", resource.id() + "/" + draft.name())
                      .param("description", Names.text("description", draft.description()))
                      .param("credential", seal(credential, id))
                      .param("roles", json.write(draft.roles()))
                      .param("mfa", Columns.number(draft.requireMfa()))
                      .param("now", clock.millis())
                      .update());
          audit.done(
              actor,
              "account.create",
              new Target("account", id, resource.name() + "/" + draft.name()),
              "roles",
              roles(draft));
          return account(actor, resource.id(), id);
        });
  }

  @Override
  public Account updateAccount(
      Actor actor, String accountId, long expectedVersion, AccountDraft draft) {
    return audit.act(
        actor,
        "account.update",
        Target.of("account", accountId),
        () -> {
          Resource resource = resourceOf(actor, accountId);
          requireAdministers(actor, resource.projectId());
          check(resource.projectId(), draft);
          Credential old = of(accountId);
          List<Account.RoleBinding> oldRoles = account(actor, resource.id(), accountId).roles();
          Secret username = draft.username();
          Secret password = draft.password();
          Credential credential =
              new Credential(
                  username == null ? old.username() : required("username", username),
                  password == null ? old.password() : required("password", password));
          boolean newTerms =
              username != null || password != null || !draft.roles().equals(oldRoles);
          unique(
              "account",
              draft.name(),
              () ->
                  atVersion(
                      expectedVersion,
                      database
                          .sql()
                          .sql(
                              """
                              update account set name = :name, live_name = :live,
                                description = :description, credential = :credential,
                                roles = :roles, require_mfa = :mfa, terms = terms + :terms,
                                version = version + 1, updated_at = :now
                              where id = :id and version = :version and deleted_at is null
                              """)
                          .param("id", accountId)
                          .param("version", expectedVersion)
                          .param("terms", newTerms ? 1 : 0)
                          .param("name", draft.name())
                          .param("live", resource.id() + "/" + draft.name())
                          .param("description", Names.text("description", draft.description()))
                          .param("credential", seal(credential, accountId))
                          .param("roles", json.write(draft.roles()))
                          .param("mfa", Columns.number(draft.requireMfa()))
                          .param("now", clock.millis())
                          .update()));
          audit.done(
              actor,
              "account.update",
              new Target("account", accountId, resource.name() + "/" + draft.name()),
              "roles",
              roles(draft),
              "newUsername",
              Boolean.toString(username != null),
              "newPassword",
              Boolean.toString(password != null));
          changes.changed(accountId);
          return account(actor, resource.id(), accountId);
        });
  }

  @Override
  public void deleteAccount(Actor actor, String accountId, long expectedVersion) {
    audit.act(
        actor,
        "account.delete",
        Target.of("account", accountId),
        () -> {
          Resource resource = resourceOf(actor, accountId);
          requireAdministers(actor, resource.projectId());
          Account account = account(actor, resource.id(), accountId);
          removeAccount(actor, account, expectedVersion);
          return account;
        });
  }

  private void removeAccount(Actor actor, Account account, long expectedVersion) {
    // The sealed credential goes with it: nothing may use it again.
    atVersion(
        expectedVersion,
        database
            .sql()
            .sql(
                """
                update account set deleted_at = ?, live_name = null, credential = '',
                  version = version + 1
                where id = ? and version = ? and deleted_at is null
                """)
            .params(clock.millis(), account.id(), expectedVersion)
            .update());
    database
        .sql()
        .sql("update resource set gateway_account_id = null where gateway_account_id = ?")
        .param(account.id())
        .update();
    audit.done(actor, "account.delete", new Target("account", account.id(), account.name()));
    changes.changed(account.id());
  }

  private Resource resourceOf(Actor actor, String accountId) {
    String resourceId =
        database
            .sql()
            .sql("select resource_id from account where id = ? and deleted_at is null")
            .param(accountId)
            .query(String.class)
            .optional()
            .orElseThrow(() -> Refused.notFound("account", accountId));
    return resource(actor, null, resourceId);
  }

  @Override
  public Credential of(String accountId) {
    String sealed =
        database
            .sql()
            .sql("select credential from account where id = ? and deleted_at is null")
            .param(accountId)
            .query(String.class)
            .optional()
            .orElseThrow(() -> Refused.notFound("account", accountId));
    List<String> parts = json.strings(vault.open(sealed, accountId).reveal());
    return new Credential(new Secret(parts.get(0)), new Secret(parts.get(1)));
  }

  private String seal(Credential credential, String accountId) {
    String text =
        json.write(List.of(credential.username().reveal(), credential.password().reveal()));
    return vault.seal(new Secret(text), accountId);
  }

  private static Secret required(String field, @Nullable Secret secret) {
    if (secret == null || secret.reveal().isEmpty()) {
      throw new Refused(ErrorCode.BAD_INPUT, field + " is required.");
    }
    if (secret.reveal().length() > LONGEST_SECRET) {
      throw new Refused(ErrorCode.BAD_INPUT, field + " is too long.");
    }
    return secret;
  }

  private static ResourceDraft checked(ResourceDraft draft) {
    Names.slug("name", draft.name());
    String authDatabase = draft.authDatabase().isBlank() ? "admin" : draft.authDatabase();
    if (!authDatabase.matches("[^/\\\\. \"$*<>:|?\\x00]{1,63}")) {
      throw new Refused(ErrorCode.BAD_INPUT, "authDatabase is not the name of a database.");
    }
    String caPem = draft.tls().caPem();
    if (caPem != null && !caPem.contains("-----BEGIN CERTIFICATE-----")) {
      throw new Refused(ErrorCode.BAD_INPUT, "tls.caPem must hold certificates in PEM.");
    }
    return new ResourceDraft(
        draft.name(),
        Names.text("description", draft.description()),
        ConnectionStrings.checked(draft.connectionString()),
        authDatabase,
        draft.tls(),
        draft.gatewayName());
  }

  private void check(String projectId, AccountDraft draft) {
    Names.slug("name", draft.name());
    if (draft.requireMfa()) {
      // Nothing asks for a second factor yet, and a rule that is shown must hold.
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "requireMfa cannot be set: this version of Tidegate does not ask for a second factor.",
          "Leave it out, or set it to false; let an approver decide instead.");
    }
    if (draft.roles().isEmpty() || draft.roles().size() > MOST_ROLES) {
      throw new Refused(ErrorCode.BAD_INPUT, "roles must name 1 to " + MOST_ROLES + " roles.");
    }
    rolePrivileges.require(projectId, draft.roles());
  }

  private static String roles(AccountDraft draft) {
    return draft.roles().stream()
        .map(role -> role.role() + " on " + role.db())
        .collect(Collectors.joining(", "));
  }

  private static void requireAdministers(Actor actor, String projectId) {
    if (!actor.administers(projectId)) {
      throw Refused.notAllowed(
          "Only owners of the project and administrators change its resources and accounts.");
    }
  }

  private static void atVersion(long expected, int rows) {
    if (rows == 0) {
      throw new Refused(
          ErrorCode.VERSION_CONFLICT, "It is not at version " + expected + " any more.");
    }
  }

  private static void unique(String what, String name, Runnable write) {
    try {
      write.run();
    } catch (DataAccessException e) {
      if (Database.isDuplicate(e)) {
        throw new Refused(ErrorCode.NAME_TAKEN, "There is a " + what + " '" + name + "' already.");
      }
      throw e;
    }
  }

  private static Resource resource(ResultSet row, int number) throws SQLException {
    return new Resource(
        row.getString("id"),
        row.getString("project_id"),
        row.getString("project_name"),
        row.getString("name"),
        row.getString("description"),
        row.getString("connection_string"),
        row.getString("auth_database"),
        new Resource.TlsOptions(
            Columns.truth(row, "tls_enabled"),
            Columns.truth(row, "tls_verify"),
            row.getString("tls_ca_pem")),
        row.getString("gateway_name"),
        row.getString("gateway_account_id"),
        Columns.optionalNumber(row, "direct_port"),
        row.getLong("version"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "updated_at"));
  }

  private Account account(ResultSet row, int number) throws SQLException {
    return new Account(
        row.getString("id"),
        row.getString("resource_id"),
        row.getString("name"),
        row.getString("description"),
        json.read(row.getString("roles"), ROLES),
        Columns.truth(row, "require_mfa"),
        row.getLong("version"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "updated_at"));
  }
}
