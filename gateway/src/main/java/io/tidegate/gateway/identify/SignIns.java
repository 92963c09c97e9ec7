package io.tidegate.gateway.identify;

import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.SignIn;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Makes the conversation that fits the way by which a client came. */
public final class SignIns implements SignIn.Factory {
  private static final int NONCE_BYTES = 24;

  private final Sessions sessions;
  private final SecureRandom random;
  private final byte[] saltKey;
  private final SignInThrottle throttle = new SignInThrottle();

  /**
   * @param saltKey 16 secret bytes or more that stay the same between restarts, for the salts of
   *     users that do not exist
   */
  public SignIns(Sessions sessions, SecureRandom random, byte[] saltKey) {
    this.sessions = sessions;
    this.random = random;
    this.saltKey = saltKey.clone();
  }

  @Override
  public SignIn begin(Arrival arrival, @Nullable Session bound) {
    String cluster = arrival.resourceId();
    return cluster == null
        ? new LocalSignIn(sessions, this::nonce, saltKey, bound)
        : new UserSignIn(sessions, throttle, this::nonce, saltKey, arrival, cluster);
  }

  private String nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return Base64.getEncoder().encodeToString(nonce);
  }
}
