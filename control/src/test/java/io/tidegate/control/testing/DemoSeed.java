package io.tidegate.control.testing;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.identity.Passwords;
import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The people, project and resource that tests begin with: the same names as the demo's. Safe to
 * call again after a restart.
 */
public final class DemoSeed {
  /** What the demo's objects are called. */
  public static final String PROJECT = "shop";

  public static final String RESOURCE = "orders-db";
  private static final String PASSWORDS = "demo-passwords.json";

  private final Organizations organizations;
  private final Projects projects;
  private final People people;
  private final Passwords passwords;
  private final Resources resources;
  private final AccessFlows flows;
  private final DataFolder folder;
  private final Json json;

  DemoSeed(
      Organizations organizations,
      Projects projects,
      People people,
      Passwords passwords,
      Resources resources,
      AccessFlows flows,
      DataFolder folder,
      Json json) {
    this.organizations = organizations;
    this.projects = projects;
    this.people = people;
    this.passwords = passwords;
    this.resources = resources;
    this.flows = flows;
    this.folder = folder;
    this.json = json;
  }

  /**
   * The MongoDB behind the demo.
   *
   * @param connectionString without credentials
   * @param readonly the user inside it that the read-only account signs in with
   * @param readwrite the user inside it that the read-write account signs in with
   * @param readRoles what the read-only account may do
   * @param writeRoles what the read-write account may do
   */
  public record Target(
      String connectionString,
      String authDatabase,
      Resource.TlsOptions tls,
      AccountCredential readonly,
      AccountCredential readwrite,
      List<Account.RoleBinding> readRoles,
      List<Account.RoleBinding> writeRoles) {

    public Target {
      readRoles = List.copyOf(readRoles);
      writeRoles = List.copyOf(writeRoles);
    }

    /** The sandbox's shape: both accounts reach the database {@code shop} only. */
    public static Target sandbox(
        String connectionString, AccountCredential readonly, AccountCredential readwrite) {
      return new Target(
          connectionString,
          "admin",
          new Resource.TlsOptions(false, false, null),
          readonly,
          readwrite,
          List.of(new Account.RoleBinding("read", "shop")),
          List.of(new Account.RoleBinding("readWrite", "shop")));
    }
  }

  /** A user inside the target. Prints its name only. */
  public record AccountCredential(String username, Secret password) {}

  /** A person of the demo with the password to sign in with. */
  public record Login(String name, Secret password, Role role) {}

  /** What stands after seeding. */
  public record Demo(List<Login> people, Project project, Resource resource) {
    public Demo {
      people = List.copyOf(people);
    }
  }

  /** Makes what is missing, and points the resource at the target. */
  public Demo seed(Target target) {
    Actor system = Actor.system(organizations.ensure("test"));
    Project project =
        projects.list(system, Page.Ask.first()).items().stream()
            .filter(p -> p.name().equals(PROJECT))
            .findFirst()
            .orElseGet(() -> projects.create(system, PROJECT, "Shop"));
    List<Login> logins = people(system, project);
    Resource resource = resource(system, project, target);
    account(
        system,
        resource,
        "readonly",
        "Reads the shop's data",
        target.readonly(),
        target.readRoles(),
        new AccessFlows.Draft(
            AccessFlow.Approval.AUTO,
            List.of(),
            List.of(),
            Duration.ofHours(1),
            Duration.ofHours(8),
            false));
    account(
        system,
        resource,
        "readwrite",
        "Reads and writes the shop's data",
        target.readwrite(),
        target.writeRoles(),
        new AccessFlows.Draft(
            AccessFlow.Approval.APPROVER,
            List.of(),
            List.of(),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            true));
    return new Demo(logins, project, resource);
  }

  private List<Login> people(Actor system, Project project) {
    Map<String, String> kept =
        folder
            .read(PASSWORDS)
            .map(bytes -> json.stringMap(new String(bytes, StandardCharsets.UTF_8)))
            .map(LinkedHashMap::new)
            .orElseGet(LinkedHashMap::new);
    List<Login> logins = new ArrayList<>();
    for (Planned planned : planned(project)) {
      @Nullable String known = kept.get(planned.username());
      Secret password = known == null ? passwords.generate() : new Secret(known);
      kept.put(planned.username(), password.reveal());
      logins.add(new Login(planned.username(), password, planned.role()));
    }
    // Kept before anybody is made, so that no start leaves a person whose password is lost.
    folder.write(PASSWORDS, json.write(kept).getBytes(StandardCharsets.UTF_8));
    for (Planned planned : planned(project)) {
      if (people.find(planned.username()).isEmpty()) {
        people.create(
            system,
            new People.Draft(
                planned.username(),
                planned.displayName(),
                planned.kind(),
                true,
                List.of(
                    new Actor.Assignment(
                        planned.role(), system.organizationId(), planned.projectId()))),
            new Secret(Objects.requireNonNull(kept.get(planned.username()))));
      }
    }
    return logins;
  }

  private record Planned(
      String username,
      String displayName,
      Person.Kind kind,
      Role role,
      @Nullable String projectId) {}

  private static List<Planned> planned(Project project) {
    return List.of(
        new Planned(
            "engineer", "Eli Engineer", Person.Kind.USER, Role.GROUP_READ_ONLY, project.id()),
        new Planned("owner", "Ona Owner", Person.Kind.USER, Role.GROUP_OWNER, project.id()),
        new Planned("security", "Sid Security", Person.Kind.USER, Role.ORG_OWNER, null),
        new Planned("support", "Sam Support", Person.Kind.VENDOR, Role.VENDOR, null));
  }

  private Resource resource(Actor system, Project project, Target target) {
    Resources.ResourceDraft draft =
        new Resources.ResourceDraft(
            RESOURCE,
            "Orders, customers, payments and products of the shop",
            target.connectionString(),
            target.authDatabase(),
            target.tls(),
            null);
    return resources.list(system, project.id(), Page.Ask.first()).items().stream()
        .filter(r -> r.name().equals(RESOURCE))
        .findFirst()
        .map(r ->
            r.connectionString().equals(draft.connectionString())
                    && r.tls().equals(draft.tls())
                    && r.authDatabase().equals(draft.authDatabase())
                ? r
                : resources.update(system, r.id(), r.version(), draft))
        .orElseGet(() -> resources.create(system, project.id(), draft));
  }

  private void account(
      Actor system,
      Resource resource,
      String name,
      String description,
      AccountCredential credential,
      List<Account.RoleBinding> roles,
      AccessFlows.Draft flow) {
    Resources.AccountDraft draft =
        new Resources.AccountDraft(
            name,
            description,
            new Secret(credential.username()),
            credential.password(),
            roles,
            false);
    Account account =
        resources.accounts(system, resource.id()).stream()
            .filter(a -> a.name().equals(name))
            .findFirst()
            .map(a -> resources.updateAccount(system, a.id(), a.version(), draft))
            .orElseGet(() -> resources.createAccount(system, resource.id(), draft));
    if (flows.ofAccount(system, account.id()).isEmpty()) {
      flows.create(system, account.id(), flow);
    }
  }
}
