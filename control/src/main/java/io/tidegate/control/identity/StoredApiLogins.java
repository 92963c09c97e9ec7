package io.tidegate.control.identity;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.identity.Logins.TokenKind;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Tenancy;
import io.tidegate.control.platform.Throttle;
import io.tidegate.control.platform.WebTokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Sign-ins to the Atlas-compatible API in the database. */
@Service
class StoredApiLogins implements ApiLogins {
  private static final Duration ACCESS_LIFE = Duration.ofHours(1);
  private static final String AUDIENCE = "atlas-person";
  private static final int WRONG_FROM_ADDRESS = 60;
  private static final Duration ADDRESS_INTERVAL = Duration.ofSeconds(1);

  private final PersonStore people;
  private final TokenStore store;
  private final Tokens tokens;
  private final WebTokens webTokens;
  private final Tenancy tenancy;
  private final Database database;
  private final Audit audit;
  private final InstantSource clock;
  private final Throttle wrong;

  StoredApiLogins(
      PersonStore people,
      TokenStore store,
      Tokens tokens,
      WebTokens webTokens,
      Tenancy tenancy,
      Database database,
      Audit audit,
      InstantSource clock) {
    this.people = people;
    this.store = store;
    this.tokens = tokens;
    this.webTokens = webTokens;
    this.tenancy = tenancy;
    this.database = database;
    this.audit = audit;
    this.clock = clock;
    this.wrong = new Throttle(WRONG_FROM_ADDRESS, ADDRESS_INTERVAL, clock);
  }

  /** The first pair, for a person who let the device in. */
  Pair issue(Person person, String address, String clientName) {
    audit.requireWritable();
    Instant now = clock.instant();
    return database.inTransaction(() -> {
      store.sweep(now.minus(StoredLogins.KEPT_AFTER_EXPIRY));
      Pair pair = pair(person, address, clientName, null, now, now.plus(StoredLogins.TOKEN_LIFE));
      audit.done(
          person.acting(address, tenancy),
          "sign-in",
          target(person),
          "by",
          "device code",
          "for",
          TokenKind.ATLAS.name(),
          "client",
          clientName);
      return pair;
    });
  }

  private Pair pair(
      Person person,
      String address,
      String clientName,
      @Nullable String family,
      Instant now,
      Instant end) {
    Instant soon = now.plus(ACCESS_LIFE);
    Instant accessEnd = soon.isBefore(end) ? soon : end;
    Secret access = webTokens.issue(person.username(), AUDIENCE, accessEnd);
    Secret refresh = tokens.issue("tgr_");
    String of = family == null ? Tokens.hash(refresh) : family;
    store.insert(
        Tokens.hash(access), TokenKind.ATLAS, person.id(), clientName, address, of, now, accessEnd);
    store.insert(
        Tokens.hash(refresh),
        TokenKind.ATLAS_REFRESH,
        person.id(),
        clientName,
        address,
        of,
        now,
        end);
    return new Pair(person, access, Duration.between(now, accessEnd), refresh);
  }

  @Override
  public Renewal renew(Secret refresh, String address) {
    Duration wait = wrong.wait(address);
    if (!wait.isZero()) {
      return new Renewal.TooMany(wait);
    }
    String hash = Tokens.hash(refresh);
    Instant now = clock.instant();
    // Made-up ones are turned away by a reader: SQLite's one writer is not strangers' to take.
    Optional<TokenStore.Member> member =
        store.member(hash).filter(m -> m.kind() == TokenKind.ATLAS_REFRESH);
    if (member.isEmpty() || !now.isBefore(member.get().expiresAt())) {
      wrong.take(address);
      return new Renewal.Invalid();
    }
    audit.requireWritable();
    return database.inTransaction(() -> next(hash, member.get(), address, now));
  }

  private Renewal next(String hash, TokenStore.Member member, String address, Instant now) {
    Optional<Person> person = people.find(member.personId()).filter(Person::active);
    if (person.isEmpty()) {
      return new Renewal.Invalid();
    }
    if (!store.revokeOne(hash, now)) {
      // Used or revoked before. Whoever has a copy must not go on, nor may whom it was taken from.
      if (store.revokeFamily(member.family(), now) > 0) {
        audit.refused(
            person.get().acting(address, tenancy),
            "sign-in",
            target(person.get()),
            "rule",
            "refresh-token-used-twice",
            "client",
            member.clientName());
      }
      return new Renewal.Invalid();
    }
    return new Renewal.Renewed(
        pair(person.get(), address, member.clientName(), member.family(), now, member.expiresAt()));
  }

  @Override
  public void forget(Secret token, String address) {
    Optional<TokenStore.Member> member = store.member(Tokens.hash(token));
    Optional<Person> person = member.flatMap(m -> people.find(m.personId()));
    if (member.isEmpty() || person.isEmpty()) {
      return;
    }
    database.inTransaction(() -> {
      if (store.revokeFamily(member.get().family(), clock.instant()) > 0) {
        audit.done(person.get().acting(address, tenancy), "sign-out", target(person.get()));
      }
    });
  }

  @Override
  public Optional<Actor> holder(Secret access, String source) {
    return webTokens.genuine(access, AUDIENCE)
        ? store
            .personOf(Tokens.hash(access), TokenKind.ATLAS, clock.instant())
            .flatMap(people::find)
            .filter(Person::active)
            .map(person -> person.acting(source, tenancy))
        : Optional.empty();
  }

  @Override
  public Secret identity(Pair pair, String clientId) {
    return webTokens.issue(pair.person().username(), clientId, clock.instant().plus(pair.life()));
  }

  private static Target target(Person person) {
    return new Target("person", person.id(), person.username());
  }
}
