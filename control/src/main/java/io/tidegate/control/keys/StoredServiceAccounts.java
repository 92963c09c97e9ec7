package io.tidegate.control.keys;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.keys.ServiceAccount.ClientSecret;
import io.tidegate.control.org.Project;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Throttle;
import io.tidegate.control.platform.WebTokens;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Service accounts in the database. */
@Service
class StoredServiceAccounts implements ServiceAccounts {
  private static final int LONGEST_NAME = 64;
  private static final int MOST_SECRETS = 10;
  private static final int SECRET_BYTES = 32;
  private static final String SECRET_PREFIX = "mdb_sa_sk_";
  private static final int ENDING = 4;
  private static final Pattern CLIENT_ID = Pattern.compile(ServiceAccount.PREFIX + "[0-9a-f]{24}");
  private static final Duration SHORTEST_LIFE = Duration.ofHours(8);
  private static final Duration LONGEST_LIFE = Duration.ofDays(365);
  private static final Duration TOKEN_LIFE = Duration.ofHours(1);

  /** What an access token opens. */
  private static final String AUDIENCE = "atlas-program";

  private static final int WRONG_FROM_ADDRESS = 60;
  private static final Duration ADDRESS_INTERVAL = Duration.ofSeconds(1);
  private static final int WRONG_FOR_CLIENT = 20;
  private static final Duration CLIENT_INTERVAL = Duration.ofSeconds(6);
  private static final int TOKENS_AT_ONCE = 120;
  private static final Duration TOKEN_INTERVAL = Duration.ofSeconds(1);

  private final ServiceAccountStore store;
  private final ProgramRoleStore roleStore;
  private final Programs programs;
  private final StoredDoors doors;
  private final WebTokens webTokens;
  private final Database database;
  private final Audit audit;
  private final Ids ids;
  private final SecureRandom random;
  private final InstantSource clock;
  private final Throttle byAddress;
  private final Throttle byClient;
  private final Throttle tokens;

  StoredServiceAccounts(
      ServiceAccountStore store,
      ProgramRoleStore roleStore,
      Programs programs,
      StoredDoors doors,
      WebTokens webTokens,
      Database database,
      Audit audit,
      Ids ids,
      SecureRandom random,
      InstantSource clock) {
    this.store = store;
    this.roleStore = roleStore;
    this.programs = programs;
    this.doors = doors;
    this.webTokens = webTokens;
    this.database = database;
    this.audit = audit;
    this.ids = ids;
    this.random = random;
    this.clock = clock;
    this.byAddress = new Throttle(WRONG_FROM_ADDRESS, ADDRESS_INTERVAL, clock);
    this.byClient = new Throttle(WRONG_FOR_CLIENT, CLIENT_INTERVAL, clock);
    this.tokens = new Throttle(TOKENS_AT_ONCE, TOKEN_INTERVAL, clock);
  }

  /** A place that was found, with what the actor may do there. */
  private record Found(String organizationId, @Nullable Project project) {
    boolean shows(ServiceAccount account) {
      return account.organizationId().equals(organizationId)
          && (project == null || Programs.holdsAny(account.assignments(), project.id()));
    }
  }

  private Found read(Actor actor, Place place) {
    return switch (place) {
      case Place.InOrganization(String organization) -> {
        programs.requireReader(actor, organization, "see its service accounts");
        yield new Found(organization, null);
      }
      case Place.InProject(String reference) -> {
        Project project = programs.visible(actor, reference);
        yield new Found(project.organizationId(), project);
      }
    };
  }

  private Found owned(Actor actor, Place place, String what) {
    return switch (place) {
      case Place.InOrganization(String organization) -> {
        programs.requireOrganizationOwner(actor, organization, what);
        yield new Found(organization, null);
      }
      case Place.InProject(String reference) -> {
        Project project = programs.administered(actor, reference, what);
        yield new Found(project.organizationId(), project);
      }
    };
  }

  private ServiceAccount found(Found place, String clientId) {
    return known(clientId)
        .filter(place::shows)
        .orElseThrow(() -> Refused.notFound("service account", clientId));
  }

  private Optional<ServiceAccount> known(String clientId) {
    return isClientId(clientId)
        ? store.find(clientId.substring(ServiceAccount.PREFIX.length()))
        : Optional.empty();
  }

  private static boolean isClientId(String text) {
    return CLIENT_ID.matcher(text).matches();
  }

  /** Whoever holds a secret of an account holds its roles, and must not have got them by it. */
  private static void requireCouldGive(Actor actor, ServiceAccount account) {
    boolean all =
        account.assignments().stream()
            .allMatch(a ->
                a.projectId() == null
                    ? a.role() == Role.ORG_MEMBER
                        || actor.administersOrganization(a.organizationId())
                    : actor.administers(a.projectId()));
    if (!all) {
      throw Refused.notAllowed(
          account.clientId()
              + " also holds roles that you could not give it, so only owners of the organization"
              + " change its name, secrets and access list.");
    }
  }

  @Override
  public List<ServiceAccount> list(Actor actor, Place place) {
    Found found = read(actor, place);
    Project project = found.project();
    Set<String> members = project == null ? Set.of() : roleStore.inProject(project.id());
    return store.list(found.organizationId()).stream()
        .filter(account -> project == null || members.contains(account.id()))
        .toList();
  }

  @Override
  public ServiceAccount account(Actor actor, Place place, String clientId) {
    return found(read(actor, place), clientId);
  }

  @Override
  public Made create(Actor actor, Place place, Draft draft, Duration secretLife) {
    return audit.act(
        actor,
        "service-account.create",
        Target.of("service-account", "new"),
        () -> {
          Found found = owned(actor, place, "make its service accounts");
          Project project = found.project();
          List<Assignment> assignments =
              project == null
                  ? Programs.inOrganization(draft.roles(), found.organizationId())
                  : Programs.with(
                      Programs.inOrganization(List.of(), found.organizationId()),
                      project.id(),
                      Programs.inProject(draft.roles(), project));
          ServiceAccount account =
              new ServiceAccount(
                  ids.hex24(),
                  found.organizationId(),
                  name(draft.name()),
                  Programs.description(draft.description()),
                  assignments,
                  List.of(),
                  1,
                  clock.instant());
          store.insert(account);
          audit.done(
              actor,
              "service-account.create",
              target(account),
              "name",
              account.name(),
              "roles",
              Programs.words(assignments));
          return makeSecret(actor, account, secretLife);
        });
  }

  private static String name(String text) {
    String name = Names.text("name", text);
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "The name must have 1 to " + LONGEST_NAME + " characters.");
    }
    return name;
  }

  private Made makeSecret(Actor actor, ServiceAccount account, Duration life) {
    if (life.compareTo(SHORTEST_LIFE) < 0 || life.compareTo(LONGEST_LIFE) > 0) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "A secret is good for "
              + SHORTEST_LIFE.toHours()
              + " to "
              + LONGEST_LIFE.toHours()
              + " hours, not for "
              + life.toHours()
              + ".");
    }
    // As the database keeps it.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    // Expired ones are shown until there is need of their place.
    account.secrets().stream()
        .filter(secret -> !now.isBefore(secret.expiresAt()))
        .limit(Math.max(0, account.secrets().size() + 1 - MOST_SECRETS))
        .forEach(secret -> store.deleteSecret(secret.id()));
    if (store.live(account.id(), now).size() >= MOST_SECRETS) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "A service account has at most " + MOST_SECRETS + " secrets.",
          "Delete one that nothing uses any more.");
    }
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    Secret secret =
        new Secret(SECRET_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    String text = secret.reveal();
    ClientSecret made =
        new ClientSecret(
            ids.hex24(), text.substring(text.length() - ENDING), now, now.plus(life), null);
    store.insertSecret(account.id(), made, hash(secret));
    audit.done(
        actor,
        "service-account-secret.create",
        target(account),
        "secret",
        made.id(),
        "until",
        made.expiresAt().toString());
    return new Made(store.find(account.id()).orElseThrow(), made, secret);
  }

  @Override
  public ServiceAccount update(Actor actor, Place place, String clientId, Change change) {
    return audit.act(
        actor,
        "service-account.update",
        Target.of("service-account", clientId),
        () -> {
          Found found = owned(actor, place, "change its service accounts");
          ServiceAccount account = found(found, clientId);
          Project project = found.project();
          List<Role> roles = change.roles();
          if (change.name() != null || change.description() != null) {
            requireCouldGive(actor, account);
          }
          List<Assignment> assignments =
              roles == null
                  ? account.assignments()
                  : project == null
                      ? Programs.with(
                          account.assignments(),
                          null,
                          Programs.inOrganization(roles, found.organizationId()))
                      : Programs.with(
                          account.assignments(), project.id(), Programs.inProject(roles, project));
          return changed(actor, account, change, assignments);
        });
  }

  private ServiceAccount changed(
      Actor actor, ServiceAccount account, Change change, List<Assignment> assignments) {
    String name = change.name();
    String description = change.description();
    ServiceAccount changed =
        new ServiceAccount(
            account.id(),
            account.organizationId(),
            name == null ? account.name() : name(name),
            description == null ? account.description() : Programs.description(description),
            assignments,
            account.secrets(),
            account.version() + 1,
            account.createdAt());
    store.update(changed);
    audit.done(
        actor,
        "service-account.update",
        target(changed),
        "name",
        changed.name(),
        "roles",
        Programs.words(assignments));
    return changed;
  }

  private static final Change NOTHING = new Change(null, null, null);

  @Override
  public void remove(Actor actor, Place place, String clientId) {
    audit.endingAct(
        actor,
        "service-account.delete",
        Target.of("service-account", clientId),
        () -> {
          Found found = owned(actor, place, "take service accounts away");
          ServiceAccount account = found(found, clientId);
          Project project = found.project();
          if (project != null) {
            return changed(
                actor,
                account,
                NOTHING,
                Programs.with(account.assignments(), project.id(), List.of()));
          }
          doors.forget(account.id());
          store.delete(account.id());
          audit.done(actor, "service-account.delete", target(account), "name", account.name());
          return account;
        });
  }

  @Override
  public ServiceAccount invite(Actor actor, String reference, String clientId, List<Role> roles) {
    return audit.act(
        actor,
        "service-account.update",
        Target.of("service-account", clientId),
        () -> {
          Project project = programs.visible(actor, reference);
          programs.requireOrganizationOwner(
              actor, project.organizationId(), "bring its service accounts into projects");
          ServiceAccount account = found(new Found(project.organizationId(), null), clientId);
          return changed(
              actor,
              account,
              NOTHING,
              Programs.with(
                  account.assignments(), project.id(), Programs.inProject(roles, project)));
        });
  }

  @Override
  public Made addSecret(Actor actor, Place place, String clientId, Duration life) {
    return audit.act(
        actor,
        "service-account-secret.create",
        Target.of("service-account", clientId),
        () -> {
          ServiceAccount account =
              found(owned(actor, place, "make secrets of its service accounts"), clientId);
          requireCouldGive(actor, account);
          return makeSecret(actor, account, life);
        });
  }

  @Override
  public void removeSecret(Actor actor, Place place, String clientId, String secretId) {
    audit.endingAct(
        actor,
        "service-account-secret.delete",
        Target.of("service-account", clientId),
        () -> {
          ServiceAccount account =
              found(owned(actor, place, "delete secrets of its service accounts"), clientId);
          requireCouldGive(actor, account);
          ClientSecret secret =
              account.secrets().stream()
                  .filter(s -> s.id().equals(secretId))
                  .findFirst()
                  .orElseThrow(() -> Refused.notFound("service account secret", secretId));
          store.deleteSecret(secret.id());
          audit.done(
              actor, "service-account-secret.delete", target(account), "secret", secret.id());
          return secret;
        });
  }

  @Override
  public List<Admitted> addresses(Actor actor, Place place, String clientId) {
    return doors.list(account(actor, place, clientId).id());
  }

  @Override
  public List<Admitted> admit(
      Actor actor, Place place, String clientId, List<String> ranges, String callerAddress) {
    return doors.add(
        actor,
        Target.of("service-account", clientId),
        () -> listed(actor, place, clientId),
        ranges,
        callerAddress);
  }

  @Override
  public void bar(Actor actor, Place place, String clientId, String range, String callerAddress) {
    doors.remove(
        actor,
        Target.of("service-account", clientId),
        () -> listed(actor, place, clientId),
        range,
        callerAddress);
  }

  private StoredDoors.Program listed(Actor actor, Place place, String clientId) {
    ServiceAccount account =
        found(owned(actor, place, "change access lists of its service accounts"), clientId);
    requireCouldGive(actor, account);
    return new StoredDoors.Program(account.id(), target(account));
  }

  private static Target target(ServiceAccount account) {
    return new Target("service-account", account.id(), account.clientId());
  }

  // Signing in.

  /** What came of a client's proof. */
  private sealed interface Proof {
    record Right(ServiceAccount account, ServiceAccountStore.StoredSecret secret)
        implements Proof {}

    record Not(Outcome outcome) implements Proof {}
  }

  private Proof prove(String clientId, Secret secret, String address) {
    // Nobody has another form of name, and what is remembered of tries must stay small.
    String key = (isClientId(clientId) ? clientId : "") + "\n" + address;
    Duration wait = byAddress.wait(address);
    if (wait.isZero()) {
      wait = byClient.wait(key);
    }
    if (!wait.isZero()) {
      return new Proof.Not(new Outcome.TooMany(wait));
    }
    String id = isClientId(clientId) ? clientId.substring(ServiceAccount.PREFIX.length()) : "";
    byte[] given = hash(secret).getBytes(StandardCharsets.US_ASCII);
    // The account itself is looked up once its secret was found right: until then an unknown one
    // takes the same steps.
    ServiceAccountStore.@Nullable StoredSecret right = null;
    for (ServiceAccountStore.StoredSecret live : store.live(id, clock.instant())) {
      if (MessageDigest.isEqual(live.hash().getBytes(StandardCharsets.US_ASCII), given)) {
        right = live;
      }
    }
    Optional<ServiceAccount> account = right == null ? Optional.empty() : store.find(id);
    if (right == null || account.isEmpty()) {
      wait = byAddress.take(address);
      byClient.take(key);
      refuse(clientId, address);
      return new Proof.Not(wait.isZero() ? new Outcome.Wrong() : new Outcome.TooMany(wait));
    }
    byClient.forgive(key);
    return new Proof.Right(account.get(), right);
  }

  private void refuse(String clientId, String address) {
    // What has another form is not written down: it may be a secret in the wrong field.
    String named = isClientId(clientId) ? clientId : "unknown";
    audit.refused(
        Actor.powerless(new PersonRef(named, named, ""), "", address),
        "sign-in",
        new Target("service-account", named, named),
        "rule",
        ErrorCode.BAD_CREDENTIALS.code());
  }

  @Override
  public Outcome token(String clientId, Secret secret, String address) {
    return switch (prove(clientId, secret, address)) {
      case Proof.Not(Outcome outcome) -> outcome;
      case Proof.Right(ServiceAccount account, ServiceAccountStore.StoredSecret right) -> {
        Duration wait = tokens.take(account.id());
        yield wait.isZero() ? issue(account, right, address) : new Outcome.TooMany(wait);
      }
    };
  }

  private Outcome issue(
      ServiceAccount account, ServiceAccountStore.StoredSecret secret, String address) {
    audit.requireWritable();
    Instant now = clock.instant();
    Instant end = now.plus(TOKEN_LIFE);
    Instant expiresAt = secret.expiresAt().isBefore(end) ? secret.expiresAt() : end;
    Secret token = webTokens.issue(account.clientId(), AUDIENCE, expiresAt);
    database.inTransaction(() -> {
      store.useSecret(secret.id(), now);
      store.insertToken(hash(token), account.id(), secret.id(), now, expiresAt);
      audit.done(
          Actor.powerless(
              new PersonRef(account.id(), account.clientId(), account.name()),
              account.organizationId(),
              address),
          "sign-in",
          target(account),
          "by",
          "secret " + secret.id());
    });
    return new Outcome.Granted(account, token, Duration.between(now, expiresAt));
  }

  @Override
  public Outcome revoke(String clientId, Secret secret, Secret token, String address) {
    return switch (prove(clientId, secret, address)) {
      case Proof.Not(Outcome outcome) -> outcome;
      case Proof.Right(ServiceAccount account, ServiceAccountStore.StoredSecret _) -> {
        database.inTransaction(() -> {
          if (store.deleteToken(hash(token), account.id())) {
            audit.done(
                Actor.powerless(
                    new PersonRef(account.id(), account.clientId(), account.name()),
                    account.organizationId(),
                    address),
                "sign-out",
                target(account));
          }
        });
        yield new Outcome.Granted(account, token, Duration.ZERO);
      }
    };
  }

  @Override
  public Optional<ServiceAccount> holder(Secret token) {
    return webTokens.genuine(token, AUDIENCE)
        ? store.holder(hash(token), clock.instant()).flatMap(store::find)
        : Optional.empty();
  }

  private static String hash(Secret secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(secret.reveal().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
