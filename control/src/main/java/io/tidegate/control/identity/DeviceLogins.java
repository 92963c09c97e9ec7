package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.time.Instant;

/**
 * Signing in a device without a browser of its own, as RFC 8628 shapes it: the device shows a short
 * user code, the person confirms it in the portal at {@code /device}, the device polls.
 */
public interface DeviceLogins {

  /**
   * @param userCode eight letters in two groups, such as {@code WDJB-MJHT}
   */
  record Started(
      Secret deviceCode,
      String userCode,
      Instant expiresAt,
      Duration expiresIn,
      Duration interval) {}

  /** What the device is let into. */
  enum Purpose {
    /** Tidegate's own API. */
    TIDEGATE,
    /** The Atlas-compatible API. */
    ATLAS
  }

  /** What the confirmation page shows. */
  record Pending(
      String userCode, String clientName, String address, Purpose purpose, Instant expiresAt) {}

  /** What a poll finds. */
  sealed interface Poll {
    /** For {@link Purpose#TIDEGATE}. */
    record Granted(Person person, Secret token, Instant expiresAt) implements Poll {}

    /** For {@link Purpose#ATLAS}. */
    record GrantedApi(ApiLogins.Pair pair) implements Poll {}

    record StillPending() implements Poll {}

    record SlowDown() implements Poll {}

    record Expired() implements Poll {}

    record Denied() implements Poll {}
  }

  Started start(String clientName, String address, Purpose purpose);

  /** A code opens what it was started for, and is unknown to all else. */
  Poll poll(Secret deviceCode, String address, Purpose purpose);

  /**
   * The open sign-in behind a user code, however it is spelled.
   *
   * @throws io.tidegate.control.platform.Refused not-found for unknown, used and expired codes
   */
  Pending pending(Actor actor, String userCode);

  /** The signed-in person lets the device act for them. */
  void approve(Actor actor, String userCode);

  void deny(Actor actor, String userCode);
}
