package io.tidegate.control.identity;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Throttle;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The device grant, RFC 8628, in the database. */
@Service
class StoredDeviceLogins implements DeviceLogins {
  /** Section 6.1: consonants only, so that no words appear and none is mistaken. */
  private static final String ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

  private static final int HALF = 4;
  private static final Duration LIFE = Duration.ofMinutes(10);
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final int SLOWER_SECONDS = 5;

  /** Two polls that were sent in time may come nearer to each other than they were sent. */
  private static final Duration JITTER = Duration.ofMillis(500);

  private enum Status {
    PENDING,
    APPROVED,
    DENIED,
    USED
  }

  private record Row(
      String hash,
      Status status,
      @Nullable String personId,
      String clientName,
      Purpose purpose,
      int intervalSeconds,
      Instant expiresAt,
      @Nullable Instant lastPollAt) {}

  private final Database database;
  private final PersonStore people;
  private final StoredLogins logins;
  private final StoredApiLogins apiLogins;
  private final Tokens tokens;
  private final Audit audit;
  private final SecureRandom random;
  private final InstantSource clock;
  private final Throttle starts;
  private final Throttle guesses;
  private final Throttle polls;

  StoredDeviceLogins(
      Database database,
      PersonStore people,
      StoredLogins logins,
      StoredApiLogins apiLogins,
      Tokens tokens,
      Audit audit,
      SecureRandom random,
      InstantSource clock) {
    this.database = database;
    this.people = people;
    this.logins = logins;
    this.apiLogins = apiLogins;
    this.tokens = tokens;
    this.audit = audit;
    this.random = random;
    this.clock = clock;
    this.starts = new Throttle(30, Duration.ofSeconds(2), clock);
    this.polls = new Throttle(120, Duration.ofMillis(100), clock);
    this.guesses = new Throttle(20, Duration.ofSeconds(10), clock);
  }

  @Override
  public Started start(String clientName, String address, Purpose purpose) {
    Duration wait = starts.take(address);
    if (!wait.isZero()) {
      throw tooMany(wait);
    }
    Secret code = tokens.issue("tgd_");
    String userCode = userCode();
    Instant now = clock.instant();
    Instant expiresAt = now.plus(LIFE);
    String client = Names.text("clientName", clientName);
    database.inTransaction(() -> {
      database
          .sql()
          .sql(
              """
              insert into device_login (secret_hash, user_code, client_name, address, status,
                                        purpose, interval_s, created_at, expires_at)
              values (?, ?, ?, ?, 'PENDING', ?, ?, ?, ?)
              """)
          .params(
              Tokens.hash(code),
              userCode,
              client,
              address,
              purpose.name(),
              INTERVAL.toSeconds(),
              now.toEpochMilli(),
              expiresAt.toEpochMilli())
          .update();
    });
    return new Started(code, shown(userCode), expiresAt, LIFE, INTERVAL);
  }

  private static Refused tooMany(Duration wait) {
    return new Refused(
        ErrorCode.TOO_MANY_ATTEMPTS, "Try again in " + Math.max(1, wait.toSeconds()) + " seconds.");
  }

  private String userCode() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2 * HALF; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return text.toString();
  }

  private static String shown(String userCode) {
    return userCode.substring(0, HALF) + "-" + userCode.substring(HALF);
  }

  @Override
  public Poll poll(Secret deviceCode, String address, Purpose purpose) {
    Duration wait = polls.take(address);
    if (!wait.isZero()) {
      throw tooMany(wait);
    }
    String hash = Tokens.hash(deviceCode);
    // Made-up codes are turned away by a reader: SQLite's one writer is not strangers' to take.
    boolean known =
        database
                .sql()
                .sql(
                    """
                    select count(*) from device_login
                    where secret_hash = ? and expires_at > ? and purpose = ?
                    """)
                .params(hash, clock.millis(), purpose.name())
                .query(Long.class)
                .single()
            > 0;
    if (!known) {
      return new Poll.Expired();
    }
    // Polling and taking the token are one transaction: a code opens once.
    return database.inTransaction(() -> {
      Optional<Row> found =
          database
              .sql()
              .sql("select * from device_login where secret_hash = ?")
              .param(hash)
              .query((row, _) ->
                  new Row(
                      row.getString("secret_hash"),
                      Status.valueOf(row.getString("status")),
                      row.getString("person_id"),
                      row.getString("client_name"),
                      Purpose.valueOf(row.getString("purpose")),
                      row.getInt("interval_s"),
                      Columns.instant(row, "expires_at"),
                      Columns.optionalInstant(row, "last_poll_at")))
              .optional();
      Instant now = clock.instant();
      if (found.isEmpty() || !now.isBefore(found.get().expiresAt())) {
        return new Poll.Expired();
      }
      Row row = found.get();
      return switch (row.status()) {
        case PENDING -> pace(row, now);
        case APPROVED -> take(row, address);
        case DENIED -> new Poll.Denied();
        case USED -> new Poll.Expired();
      };
    });
  }

  private Poll pace(Row row, Instant now) {
    Instant last = row.lastPollAt();
    boolean early =
        last != null && now.isBefore(last.plusSeconds(row.intervalSeconds()).minus(JITTER));
    database
        .sql()
        .sql("update device_login set last_poll_at = ?, interval_s = ? where secret_hash = ?")
        .params(
            now.toEpochMilli(),
            early ? row.intervalSeconds() + SLOWER_SECONDS : row.intervalSeconds(),
            row.hash())
        .update();
    return early ? new Poll.SlowDown() : new Poll.StillPending();
  }

  private Poll take(Row row, String address) {
    int taken =
        database
            .sql()
            .sql(
                """
                update device_login set status = 'USED' where secret_hash = ? and status = 'APPROVED'
                """)
            .param(row.hash())
            .update();
    String personId = row.personId();
    Optional<Person> person =
        personId == null ? Optional.empty() : people.find(personId).filter(Person::active);
    if (taken == 0 || person.isEmpty()) {
      return new Poll.Denied();
    }
    if (row.purpose() == Purpose.ATLAS) {
      return new Poll.GrantedApi(apiLogins.issue(person.get(), address, row.clientName()));
    }
    Logins.Outcome.SignedIn signedIn =
        logins.issue(
            Logins.TokenKind.BEARER, person.get(), address, row.clientName(), "device code");
    return new Poll.Granted(signedIn.person(), signedIn.token(), signedIn.expiresAt());
  }

  @Override
  public Pending pending(Actor actor, String userCode) {
    Duration wait = guesses.take(actor.userId());
    if (!wait.isZero()) {
      throw tooMany(wait);
    }
    String code = normal(userCode);
    return database
        .sql()
        .sql(
            """
            select * from device_login where user_code = ? and status = 'PENDING' and expires_at > ?
            """)
        .params(code, clock.millis())
        .query((row, _) ->
            new Pending(
                shown(row.getString("user_code")),
                row.getString("client_name"),
                row.getString("address"),
                Purpose.valueOf(row.getString("purpose")),
                Columns.instant(row, "expires_at")))
        .optional()
        .orElseThrow(() ->
            new Refused(
                ErrorCode.NOT_FOUND,
                "No sign-in waits under this code.",
                "Check the code on the device; it is good for ten minutes."));
  }

  private static String normal(String userCode) {
    return userCode.toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "");
  }

  @Override
  public void approve(Actor actor, String userCode) {
    decide(actor, userCode, Status.APPROVED);
  }

  @Override
  public void deny(Actor actor, String userCode) {
    decide(actor, userCode, Status.DENIED);
  }

  private void decide(Actor actor, String userCode, Status status) {
    Pending pending = pending(actor, userCode);
    if (status == Status.APPROVED) {
      audit.requireWritable();
    }
    database.inTransaction(() -> {
      int rows =
          database
              .sql()
              .sql(
                  """
                  update device_login set status = ?, person_id = ?
                  where user_code = ? and status = 'PENDING' and expires_at > ?
                  """)
              .params(status.name(), actor.userId(), normal(userCode), clock.millis())
              .update();
      if (rows == 0) {
        throw new Refused(ErrorCode.STATE_CONFLICT, "The code was used meanwhile.");
      }
      audit.done(
          actor,
          status == Status.APPROVED ? "device.approve" : "device.deny",
          new Target("person", actor.userId(), actor.username()),
          "client",
          pending.clientName(),
          "address",
          pending.address(),
          "for",
          pending.purpose().name());
    });
  }
}
