package io.tidegate.control.identity;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Tenancy;
import io.tidegate.control.platform.Throttle;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** Sign-in by password, and the tokens. */
@Service
class StoredLogins implements Logins {
  static final Duration TOKEN_LIFE = Duration.ofHours(12);
  static final Duration KEPT_AFTER_EXPIRY = Duration.ofDays(1);
  private static final int TRIES_PER_PERSON = 8;
  private static final Duration PERSON_INTERVAL = Duration.ofSeconds(15);
  private static final int TRIES_PER_ADDRESS = 60;
  private static final Duration ADDRESS_INTERVAL = Duration.ofSeconds(1);
  private static final int LONGEST_NAME = 64;

  private final PersonStore people;
  private final TokenStore store;
  private final Tokens tokens;
  private final Passwords passwords;
  private final Organizations organizations;
  private final Tenancy tenancy;
  private final Database database;
  private final Audit audit;
  private final InstantSource clock;
  private final Throttle byPerson;
  private final Throttle byAddress;

  StoredLogins(
      PersonStore people,
      TokenStore store,
      Tokens tokens,
      Passwords passwords,
      Organizations organizations,
      Tenancy tenancy,
      Database database,
      Audit audit,
      InstantSource clock) {
    this.people = people;
    this.store = store;
    this.tokens = tokens;
    this.passwords = passwords;
    this.organizations = organizations;
    this.tenancy = tenancy;
    this.database = database;
    this.audit = audit;
    this.clock = clock;
    this.byPerson = new Throttle(TRIES_PER_PERSON, PERSON_INTERVAL, clock);
    this.byAddress = new Throttle(TRIES_PER_ADDRESS, ADDRESS_INTERVAL, clock);
  }

  @Override
  public Outcome signIn(
      TokenKind kind, String username, Secret password, String address, String clientName) {
    Duration wait = byAddress.take(address);
    if (wait.isZero() && username.length() > LONGEST_NAME) {
      // Nobody has such a name, and what is remembered of tries must stay small.
      return new Outcome.Wrong();
    }
    String key = username.toLowerCase(Locale.ROOT) + "\n" + address;
    if (wait.isZero()) {
      wait = byPerson.take(key);
    }
    if (!wait.isZero()) {
      return new Outcome.TooMany(wait);
    }
    Optional<Person> person = username.isEmpty() ? Optional.empty() : people.find(username);
    boolean right =
        passwords.matches(password, person.flatMap(p -> people.passwordHash(p.id())).orElse(null));
    if (!right || !person.get().active()) {
      refuse(person, address);
      return new Outcome.Wrong();
    }
    byPerson.forgive(key);
    return issue(kind, person.get(), address, clientName, "password");
  }

  /** Gives a token to a person who has proven who they are. */
  Outcome.SignedIn issue(
      TokenKind kind, Person person, String address, String clientName, String by) {
    audit.requireWritable();
    Secret token = tokens.issue(kind == TokenKind.BEARER ? "tg_" : "");
    Instant now = clock.instant();
    Instant expiresAt = now.plus(TOKEN_LIFE);
    String client =
        clientName.length() > LONGEST_NAME ? clientName.substring(0, LONGEST_NAME) : clientName;
    database.inTransaction(() -> {
      // Expired ones are forgotten a day later, by whoever comes next.
      store.sweep(now.minus(KEPT_AFTER_EXPIRY));
      store.insert(Tokens.hash(token), kind, person.id(), client, address, null, now, expiresAt);
      audit.done(
          person.acting(address, tenancy),
          "sign-in",
          new Target("person", person.id(), person.username()),
          "by",
          by,
          "for",
          kind.name(),
          "client",
          client);
    });
    return new Outcome.SignedIn(person, token, expiresAt);
  }

  private void refuse(Optional<Person> person, String address) {
    // What was typed is not written down: it may be a password in the wrong field.
    Actor nobody =
        Actor.powerless(
            person.map(Person::ref).orElse(new PersonRef("unknown", "unknown", "")),
            person.map(Person::organizationId).or(organizations::organizationId).orElse(""),
            address);
    audit.refused(
        nobody,
        "sign-in",
        new Target("person", nobody.userId(), nobody.username()),
        "rule",
        ErrorCode.BAD_CREDENTIALS.code());
  }

  @Override
  public Optional<Actor> holder(TokenKind kind, Secret token, String source) {
    return store
        .personOf(Tokens.hash(token), kind, clock.instant())
        .flatMap(people::find)
        .filter(Person::active)
        .map(person -> person.acting(source, tenancy));
  }

  @Override
  public void signOut(Actor actor, Secret token) {
    database.inTransaction(() -> {
      store.revoke(Tokens.hash(token), actor.userId(), clock.instant());
      audit.done(actor, "sign-out", new Target("person", actor.userId(), actor.username()));
    });
  }
}
