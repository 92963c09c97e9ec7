package io.tidegate.gateway.identify;

import io.tidegate.access.Binding;
import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.SignIn;
import java.security.GeneralSecurityException;
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
  private final Trusts trusts = new Trusts();
  private final Directory directory = new Directory();

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
        : new UserSignIn(
            sessions, throttle, trusts, directory, this::nonce, saltKey, arrival, cluster);
  }

  /** Why nobody could ever prove what a lease asks for; null when somebody can. */
  public static @Nullable String unusable(Binding binding) {
    return switch (binding) {
      case Binding.X509User user -> {
        try {
          X509Trust.of(user);
          yield null;
        } catch (GeneralSecurityException e) {
          yield "the authorities of " + user.subject() + " cannot be read: " + e.getMessage();
        }
      }
      case Binding.LdapUser user -> Directory.unusable(user.server());
      case Binding.LdapGroup group -> Directory.unusable(group.server());
      case Binding.ScramUser _, Binding.Tunnel _ -> null;
    };
  }

  private String nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return Base64.getEncoder().encodeToString(nonce);
  }
}
