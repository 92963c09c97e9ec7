package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * People in the Atlas-compatible API, by a device that they signed in with a code. The device gets
 * an access token for an hour, and a refresh token for the next one; each refresh token is good
 * once, and all that comes of one sign-in ends twelve hours after it at the latest. A refresh token
 * that comes a second time was stolen, now or then, and ends all of them.
 */
public interface ApiLogins {

  /**
   * What a device holds.
   *
   * @param life of the access token
   */
  record Pair(Person person, Secret access, Duration life, Secret refresh) {}

  /** What came of asking for the next pair. */
  sealed interface Renewal {
    record Renewed(Pair pair) implements Renewal {}

    /** Unknown, used, revoked or expired: they look alike. */
    record Invalid() implements Renewal {}

    record TooMany(Duration retryAfter) implements Renewal {}
  }

  Renewal renew(Secret refresh, String address);

  /** Ends the sign-in that the token, of either kind, comes of; nothing for an unknown one. */
  void forget(Secret token, String address);

  /** Who holds this access token now; empty when it is unknown or has ended. */
  Optional<Actor> holder(Secret access, String source);

  /** A token for the eyes of the client alone: it says who signed in, and opens nothing. */
  Secret identity(Pair pair, String clientId);
}
