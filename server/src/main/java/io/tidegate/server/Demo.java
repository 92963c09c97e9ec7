package io.tidegate.server;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.keys.ApiKey;
import io.tidegate.control.keys.ApiKeys;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import io.tidegate.server.StartReport.DemoKey;
import io.tidegate.server.StartReport.SignIn;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/**
 * The demo's people, project, resource and accounts. Made once; at a later start only what changed
 * with the target (address and credential) is changed, and the people keep their passwords.
 */
final class Demo {
  static final String PROJECT = "shop";
  static final String RESOURCE = "orders-db";
  private static final String DATABASE = "shop";
  private static final String PASSWORDS = "demo-people.json";
  private static final String KEY = "demo-key.json";
  private static final String KEY_DESCRIPTION = "The demo's own";

  /** Without those that are mistaken for each other. */
  private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

  private enum Part {
    ENGINEER(
        "engineer", "Engineer", Person.Kind.USER, Role.GROUP_READ_ONLY, true, "asks for access"),
    OWNER(
        "owner", "Owner", Person.Kind.USER, Role.GROUP_OWNER, true, "owns project shop, approves"),
    SECURITY(
        "security", "Security", Person.Kind.USER, Role.ORG_OWNER, false, "administers, sees, ends"),
    SUPPORT(
        "support",
        "MongoDB Support",
        Person.Kind.VENDOR,
        Role.VENDOR,
        false,
        "the vendor's staff, sees nothing without a grant");

    private final String username;
    private final String displayName;
    private final Person.Kind kind;
    private final Role role;
    private final boolean inProject;
    private final String says;

    Part(
        String username,
        String displayName,
        Person.Kind kind,
        Role role,
        boolean inProject,
        String says) {
      this.username = username;
      this.displayName = displayName;
      this.kind = kind;
      this.role = role;
      this.inProject = inProject;
      this.says = says;
    }
  }

  private record Kept(String name, String password) {
    @Override
    public String toString() {
      return "Kept[" + name + ", <hidden>]";
    }
  }

  private record KeptKey(String publicKey, String privateKey) {
    @Override
    public String toString() {
      return "KeptKey[" + publicKey + ", <hidden>]";
    }
  }

  /** What to show of it. */
  record Made(List<SignIn> people, DemoKey apiKey) {
    Made {
      people = List.copyOf(people);
    }
  }

  private final Projects projects;
  private final People people;
  private final Resources resources;
  private final AccessFlows flows;
  private final ApiKeys keys;
  private final DataFolder folder;
  private final SecureRandom random;
  private final Actor system;

  private Demo(ApplicationContext context) {
    projects = context.getBean(Projects.class);
    people = context.getBean(People.class);
    resources = context.getBean(Resources.class);
    flows = context.getBean(AccessFlows.class);
    keys = context.getBean(ApiKeys.class);
    folder = context.getBean(DataFolder.class);
    random = context.getBean(SecureRandom.class);
    system = Actor.system(context.getBean(Organizations.class).ensure("demo"));
  }

  /** Makes what is missing. */
  static Made ensure(ApplicationContext context, DemoTarget target) {
    Demo demo = new Demo(context);
    Project project = demo.project();
    List<SignIn> signIns = demo.people(project);
    demo.resource(project, target);
    return new Made(signIns, demo.key(project));
  }

  /** The key that was made at the first start, as long as nobody deleted it; else a new one. */
  private DemoKey key(Project project) {
    String organization = system.organizationId();
    JsonMapper json = JsonMapper.builder().build();
    List<ApiKey> present =
        keys.list(system, organization).stream()
            .filter(key -> key.description().equals(KEY_DESCRIPTION))
            .toList();
    KeptKey kept =
        folder
            .read(KEY)
            .map(bytes -> json.readValue(bytes, KeptKey.class))
            .filter(
                read -> present.stream().anyMatch(key -> key.publicKey().equals(read.publicKey())))
            .orElseGet(() -> {
              // Left by a start that was cut short before anybody learned their secrets.
              present.forEach(key -> keys.delete(system, organization, key.id()));
              ApiKeys.Made made =
                  keys.create(system, organization, KEY_DESCRIPTION, List.of(Role.ORG_OWNER));
              KeptKey fresh = new KeptKey(made.key().publicKey(), made.privateKey().reveal());
              folder.write(KEY, json.writeValueAsString(fresh).getBytes(StandardCharsets.UTF_8));
              return fresh;
            });
    return new DemoKey(kept.publicKey(), kept.privateKey(), organization, project.id());
  }

  private Project project() {
    return projects.list(system, Page.Ask.first()).items().stream()
        .filter(project -> project.name().equals(PROJECT))
        .findFirst()
        .orElseGet(() -> projects.create(system, PROJECT, "Shop"));
  }

  private List<SignIn> people(Project project) {
    JsonMapper json = JsonMapper.builder().build();
    List<Kept> kept =
        folder
            .read(PASSWORDS)
            .map(bytes -> List.of(json.readValue(bytes, Kept[].class)))
            .orElse(List.of());
    if (kept.isEmpty()) {
      List<Kept> made = new ArrayList<>();
      for (Part part : Part.values()) {
        made.add(new Kept(part.username, password()));
      }
      kept = made;
      // Kept before the people exist: a start that is cut short must not leave sign-ins nobody
      // knows.
      folder.write(PASSWORDS, json.writeValueAsString(kept).getBytes(StandardCharsets.UTF_8));
    }
    List<SignIn> signIns = new ArrayList<>();
    for (Part part : Part.values()) {
      String password =
          kept.stream()
              .filter(entry -> entry.name().equals(part.username))
              .map(Kept::password)
              .findFirst()
              .orElseThrow();
      if (people.find(part.username).isEmpty()) {
        people.create(
            system,
            new People.Draft(
                part.username,
                part.displayName,
                part.kind,
                true,
                List.of(
                    new Actor.Assignment(
                        part.role, system.organizationId(), part.inProject ? project.id() : null))),
            new Secret(password));
      }
      signIns.add(new SignIn(part.username, password, part.role.name(), part.says));
    }
    return signIns;
  }

  private String password() {
    StringBuilder text = new StringBuilder();
    for (int group = 0; group < 3; group++) {
      text.append(group == 0 ? "" : "-");
      for (int i = 0; i < 5; i++) {
        text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
    }
    return text.toString();
  }

  private void resource(Project project, DemoTarget target) {
    Resources.ResourceDraft draft =
        new Resources.ResourceDraft(
            RESOURCE,
            "Orders, customers, payments and products of the shop",
            target.connectionString(),
            target.authDatabase(),
            new Resource.TlsOptions(target.tls(), target.tls(), null),
            null);
    Optional<Resource> present =
        resources.list(system, project.id(), Page.Ask.first()).items().stream()
            .filter(resource -> resource.name().equals(RESOURCE))
            .findFirst();
    Resource resource =
        present.isEmpty()
            ? resources.create(system, project.id(), draft)
            : resources.update(system, present.get().id(), present.get().version(), draft);
    account(
        resource,
        target,
        "readonly",
        "Reads everything in shop",
        "read",
        new AccessFlows.Draft(
            AccessFlow.Approval.AUTO,
            List.of(),
            List.of(),
            Duration.ofHours(1),
            Duration.ofHours(8),
            false));
    account(
        resource,
        target,
        "readwrite",
        "Reads and writes everything in shop",
        "readWrite",
        new AccessFlows.Draft(
            AccessFlow.Approval.APPROVER,
            List.of(),
            List.of(Part.OWNER.username),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            true));
    applications(resource, target);
  }

  /** The account behind database users: no flow leads to it, so that no person is lent it. */
  private void applications(Resource resource, DemoTarget target) {
    Account account =
        account(resource, target, "applications", "What database users reach it with", "readWrite");
    Resource present = resources.resource(system, null, resource.id());
    if (!account.id().equals(present.gatewayAccountId())) {
      resources.serveApplications(system, present.id(), present.version(), account.id());
    }
  }

  private void account(
      Resource resource,
      DemoTarget target,
      String name,
      String description,
      String role,
      AccessFlows.Draft flow) {
    Account account = account(resource, target, name, description, role);
    if (flows.ofAccount(system, account.id()).isEmpty()) {
      flows.create(system, account.id(), flow);
    }
  }

  private Account account(
      Resource resource, DemoTarget target, String name, String description, String role) {
    Resources.AccountDraft draft =
        new Resources.AccountDraft(
            name,
            description,
            new Secret(target.username()),
            target.password(),
            List.of(new Account.RoleBinding(role, DATABASE)),
            false);
    @Nullable Account present =
        resources.accounts(system, resource.id()).stream()
            .filter(account -> account.name().equals(name))
            .findFirst()
            .orElse(null);
    return present == null
        ? resources.createAccount(system, resource.id(), draft)
        : resources.updateAccount(system, present.id(), present.version(), draft);
  }
}
