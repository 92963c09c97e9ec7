package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Proving who one is, and the tokens that come of it. */
public interface Logins {

  /** What came of a sign-in. Unknown people and wrong passwords look alike, in time too. */
  sealed interface Outcome {
    /**
     * @param token the opaque token, told once; only its SHA-256 is stored
     */
    record SignedIn(Person person, Secret token, Instant expiresAt) implements Outcome {}

    record Wrong() implements Outcome {}

    record TooMany(Duration retryAfter) implements Outcome {}
  }

  /** What a token opens. */
  enum TokenKind {
    /** The portal's cookie. */
    PORTAL,
    /** An {@code Authorization: Bearer} header. */
    BEARER,
    /** The same in the Atlas-compatible API; see {@link ApiLogins}. */
    ATLAS,
    /** Nothing but the next {@link #ATLAS}. */
    ATLAS_REFRESH
  }

  Outcome signIn(
      TokenKind kind, String username, Secret password, String address, String clientName);

  /**
   * Who holds this token now; empty when it is unknown, expired, revoked or its person disabled.
   */
  Optional<Actor> holder(TokenKind kind, Secret token, String source);

  /** Makes the token worthless. */
  void signOut(Actor actor, Secret token);
}
