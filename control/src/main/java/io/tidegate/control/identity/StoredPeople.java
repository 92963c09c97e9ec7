package io.tidegate.control.identity;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Tenancy;
import io.tidegate.control.platform.Throttle;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;

/** People in the database; administered by administrators of the organization. */
@Service
class StoredPeople implements People {
  private final PersonStore store;
  private final TokenStore tokens;
  private final Passwords passwords;
  private final Tenancy tenancy;
  private final Audit audit;
  private final Changes changes;
  private final Ids ids;
  private final InstantSource clock;
  private final Throttle guesses;

  StoredPeople(
      PersonStore store,
      TokenStore tokens,
      Passwords passwords,
      Tenancy tenancy,
      Audit audit,
      Changes changes,
      Ids ids,
      InstantSource clock) {
    this.store = store;
    this.tokens = tokens;
    this.passwords = passwords;
    this.tenancy = tenancy;
    this.audit = audit;
    this.changes = changes;
    this.ids = ids;
    this.clock = clock;
    this.guesses = new Throttle(8, Duration.ofSeconds(15), clock);
  }

  @Override
  public Page<Person> list(Actor actor, Page.Ask ask) {
    requireAdministrator(actor);
    return Page.cut(
        store.list(actor.organizationId(), ask.after(), ask.limit() + 1), ask, Person::username);
  }

  @Override
  public Person person(Actor actor, String reference) {
    return store
        .find(reference)
        .filter(person ->
            actor.is(person.id()) || actor.administersOrganization(person.organizationId()))
        .orElseThrow(() -> Refused.notFound("person", reference));
  }

  @Override
  public Person create(Actor actor, Draft draft, Secret password) {
    check(draft);
    if (!actor.administersOrganization()) {
      return audit.act(
          actor,
          "person.create",
          Target.of("person", draft.username()),
          () -> {
            throw notAdministrator();
          });
    }
    String hash = passwords.hash(password);
    return audit.act(
        actor,
        "person.create",
        Target.of("person", draft.username()),
        () -> {
          requireAdministrator(actor);
          Person person =
              new Person(
                  ids.hex24(),
                  actor.organizationId(),
                  draft.username(),
                  draft.displayName(),
                  draft.kind(),
                  draft.active(),
                  assignments(actor, List.of(), draft),
                  1,
                  clock.instant());
          unique(draft.username(), () -> store.insert(person, hash));
          audit.done(actor, "person.create", target(person), "roles", roles(draft));
          return person;
        });
  }

  @Override
  public Person update(Actor actor, String reference, long expectedVersion, Draft draft) {
    check(draft);
    Supplier<Person> work =
        () -> {
          requireAdministrator(actor);
          Person old = person(actor, reference);
          if (old.active() && !draft.active() && actor.is(old.id())) {
            throw Refused.notAllowed("Nobody disables themself.");
          }
          if (actor.is(old.id())
              && old.assignments().contains(owner(actor))
              && !draft.assignments().contains(owner(actor))) {
            // Whoever takes the role from others keeps it: so one always has it.
            throw Refused.notAllowed("Nobody takes the owner's role from themself.");
          }
          Person changed =
              new Person(
                  old.id(),
                  old.organizationId(),
                  draft.username(),
                  draft.displayName(),
                  draft.kind(),
                  draft.active(),
                  assignments(actor, old.assignments(), draft),
                  expectedVersion + 1,
                  old.createdAt());
          unique(
              draft.username(),
              () -> {
                if (!store.update(changed, expectedVersion, clock.instant())) {
                  throw new Refused(
                      ErrorCode.VERSION_CONFLICT,
                      "The person is not at version " + expectedVersion + " any more.");
                }
              });
          if (!draft.active()) {
            tokens.revokeAll(old.id(), clock.instant());
          }
          audit.done(
              actor,
              "person.update",
              target(changed),
              "active",
              Boolean.toString(draft.active()),
              "roles",
              roles(draft));
          changes.changed(CHANGED + old.id());
          return changed;
        };
    Target target = Target.of("person", reference);
    return draft.active()
        ? audit.act(actor, "person.update", target, work)
        : audit.endingAct(actor, "person.update", target, work);
  }

  @Override
  public void setPassword(
      Actor actor, String reference, @Nullable Secret current, Secret password) {
    // Who may is asked first: hashing is dear.
    Person found = person(actor, reference);
    if (actor.is(found.id())) {
      requireCurrent(found, current);
    }
    String hash = passwords.hash(password);
    audit.act(
        actor,
        "person.set-password",
        Target.of("person", reference),
        () -> {
          Person person = person(actor, reference);
          store.setPassword(person.id(), hash, clock.instant());
          tokens.revokeAll(person.id(), clock.instant());
          audit.done(actor, "person.set-password", target(person));
          return person;
        });
  }

  /** An unlocked screen is not enough to take an account over for good. */
  private void requireCurrent(Person person, @Nullable Secret current) {
    Duration wait = guesses.take(person.id());
    if (!wait.isZero()) {
      throw new Refused(
          ErrorCode.TOO_MANY_ATTEMPTS,
          "Try again in " + Math.max(1, wait.toSeconds()) + " seconds.");
    }
    if (current == null
        || !passwords.matches(current, store.passwordHash(person.id()).orElse(null))) {
      throw new Refused(
          ErrorCode.BAD_CREDENTIALS,
          "currentPassword is not the present password.",
          "Send the present password too, or ask an administrator to set a new one.");
    }
    guesses.forgive(person.id());
  }

  @Override
  public Optional<Person> find(@Nullable String reference) {
    return reference == null ? Optional.empty() : store.find(reference);
  }

  @Override
  public List<Person> ownersOf(String projectId) {
    return store.holding(Role.GROUP_OWNER, projectId);
  }

  private static void requireAdministrator(Actor actor) {
    if (!actor.administersOrganization()) {
      throw notAdministrator();
    }
  }

  private static Refused notAdministrator() {
    return Refused.notAllowed("Only owners of the organization see and change people.");
  }

  private void check(Draft draft) {
    Names.slug("username", draft.username());
    Names.text("displayName", draft.displayName());
    if (draft.username().equals(Actor.SYSTEM)) {
      throw new Refused(ErrorCode.BAD_INPUT, "username 'system' is Tidegate's own.");
    }
    for (Actor.Assignment assignment : draft.assignments()) {
      String projectId = assignment.projectId();
      if (projectId != null && !tenancy.contains(assignment.organizationId(), projectId)) {
        throw new Refused(ErrorCode.BAD_INPUT, "There is no project '" + projectId + "'.");
      }
    }
  }

  private static Actor.Assignment owner(Actor actor) {
    return Actor.Assignment.of(Role.ORG_OWNER, actor.organizationId());
  }

  /**
   * What the person holds after: in the actor's organization what the draft says, elsewhere what
   * they held. Whoever works in a project is a member of its organization.
   */
  private static List<Actor.Assignment> assignments(
      Actor actor, List<Actor.Assignment> held, Draft draft) {
    String here = actor.organizationId();
    Set<Actor.Assignment> after = new LinkedHashSet<>();
    held.stream().filter(a -> !a.organizationId().equals(here)).forEach(after::add);
    draft.assignments().stream().filter(a -> a.organizationId().equals(here)).forEach(after::add);
    boolean member =
        after.stream().anyMatch(a -> a.organizationId().equals(here) && a.projectId() == null);
    if (draft.kind() == Person.Kind.USER && !member) {
      after.add(Actor.Assignment.of(Role.ORG_MEMBER, here));
    }
    return List.copyOf(after);
  }

  private static void unique(String username, Runnable write) {
    try {
      write.run();
    } catch (DataAccessException e) {
      if (Database.isDuplicate(e)) {
        throw new Refused(ErrorCode.NAME_TAKEN, "There is a person '" + username + "' already.");
      }
      throw e;
    }
  }

  private static Target target(Person person) {
    return new Target("person", person.id(), person.username());
  }

  private static String roles(Draft draft) {
    return draft.assignments().stream()
        .map(a -> a.projectId() == null ? a.role().name() : a.role() + " in " + a.projectId())
        .collect(Collectors.joining(", "));
  }
}
