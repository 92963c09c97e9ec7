package io.tidegate.control.api;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Refused;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Idempotency keys: the same person sending the same request under the same key gets what the first
 * one made, read anew, and nothing is made twice. What is kept is the id of the object, never a
 * body, so no secret comes to rest here. Keys are kept for a day.
 */
@Component
public final class Idempotency {
  private static final Duration KEPT = Duration.ofDays(1);
  private static final int LONGEST = 128;

  private final Database database;
  private final Json json;
  private final InstantSource clock;

  Idempotency(Database database, Json json, InstantSource clock) {
    this.database = database;
    this.json = json;
    this.clock = clock;
  }

  /** What stands under a key. */
  private record Kept(String fingerprint, @Nullable String id) {}

  /**
   * Makes an object once. The making and the key are one transaction.
   *
   * @param key the header's value; null or blank for none
   * @param operation names the route with its path parameters
   * @param body what was asked for; a different one under the same key is refused
   * @param make makes it
   * @param id its id
   * @param again reads it by its id
   */
  public <T> T once(
      Actor actor,
      @Nullable String key,
      String operation,
      Object body,
      Supplier<T> make,
      Function<T, String> id,
      Function<String, T> again) {
    if (key == null || key.isBlank()) {
      return make.get();
    }
    if (key.length() > LONGEST) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "Idempotency-Key must have at most " + LONGEST + " characters.");
    }
    String fingerprint = fingerprint(operation, json.write(body));
    if (find(actor, key).isEmpty()) {
      Optional<T> made =
          database.inTransaction(() -> {
            if (!reserve(actor, key, fingerprint)) {
              return Optional.empty();
            }
            T object = make.get();
            complete(actor, key, id.apply(object));
            return Optional.of(object);
          });
      if (made.isPresent()) {
        return made.get();
      }
    }
    Optional<Kept> kept = find(actor, key);
    Kept known =
        kept.orElseThrow(() ->
            new Refused(
                ErrorCode.STATE_CONFLICT,
                "A request under this Idempotency-Key is being worked on.",
                "Send it again in a moment."));
    if (!known.fingerprint().equals(fingerprint)) {
      throw new Refused(
          ErrorCode.IDEMPOTENCY_MISMATCH,
          "The Idempotency-Key belongs to a request with another path or body.");
    }
    String madeBefore = known.id();
    if (madeBefore == null) {
      throw new Refused(
          ErrorCode.STATE_CONFLICT,
          "A request under this Idempotency-Key is being worked on.",
          "Send it again in a moment.");
    }
    return again.apply(madeBefore);
  }

  private Optional<Kept> find(Actor actor, String key) {
    return database
        .sql()
        .sql(
            """
            select fingerprint, location from idempotency_key
            where person_id = ? and name = ? and created_at > ?
            """)
        .params(actor.userId(), key, clock.instant().minus(KEPT).toEpochMilli())
        .query((row, _) -> new Kept(row.getString(1), row.getString(2)))
        .optional();
  }

  /** False when the key is taken. */
  private boolean reserve(Actor actor, String key, String fingerprint) {
    database
        .sql()
        .sql("delete from idempotency_key where created_at <= ?")
        .param(clock.instant().minus(KEPT).toEpochMilli())
        .update();
    return database
            .sql()
            .sql(
                """
                insert into idempotency_key (person_id, name, fingerprint, created_at)
                values (?, ?, ?, ?) on conflict (person_id, name) do nothing
                """)
            .params(actor.userId(), key, fingerprint, clock.millis())
            .update()
        > 0;
  }

  private void complete(Actor actor, String key, String id) {
    database
        .sql()
        .sql("update idempotency_key set location = ? where person_id = ? and name = ?")
        .params(id, actor.userId(), key)
        .update();
  }

  private static String fingerprint(String operation, String body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(operation.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return HexFormat.of().formatHex(digest.digest(body.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
