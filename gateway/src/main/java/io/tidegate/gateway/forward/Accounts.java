package io.tidegate.gateway.forward;

import io.tidegate.access.Lease;
import io.tidegate.gateway.session.AccountSecret;
import io.tidegate.gateway.session.Session;
import io.tidegate.wire.sasl.SaltedKeyCache;
import io.tidegate.wire.sasl.ScramCredential;
import io.tidegate.wire.sasl.ScramLogin;
import io.tidegate.wire.sasl.ScramMechanism;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the accounts that the gateway signs in with: their mechanisms, and the keys that
 * are derived from their passwords, which is the slow part of a sign-in and done once.
 */
final class Accounts {
  private static final int NONCE_BYTES = 24;

  private final SecureRandom random;
  private final Map<Key, Known> accounts = new ConcurrentHashMap<>();

  private record Key(String resourceId, String authDatabase, String username) {}

  Accounts(SecureRandom random) {
    this.random = random;
  }

  /** A sign-in with the session's account. */
  UpstreamSignIn signIn(Session session) {
    Lease.Target target = session.lease().target();
    AccountSecret secret = session.secret();
    Key key = new Key(target.resourceId(), target.authDatabase(), secret.username());
    Known known =
        accounts.compute(
            key,
            (k, before) ->
                before != null && before.secret.equals(secret) ? before : new Known(secret));
    return new UpstreamSignIn(
        target.authDatabase() + "." + secret.username(),
        mechanism ->
            ScramLogin.of(
                new ScramCredential(mechanism, secret.username(), secret.password()),
                target.authDatabase(),
                nonce(),
                known.keys),
        known);
  }

  private String nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return Base64.getEncoder().encodeToString(nonce);
  }

  /** One account with one password: another password begins anew. */
  static final class Known {
    private static final int MOST_SALTS = 8;

    private final AccountSecret secret;
    private final SaltedKeyCache keys = SaltedKeyCache.inMemory(MOST_SALTS);
    private volatile @Nullable ScramMechanism mechanism;

    Known(AccountSecret secret) {
      this.secret = secret;
    }

    /** The mechanism that worked before, null when none did. */
    @Nullable ScramMechanism mechanism() {
      return mechanism;
    }

    /** Whether no sign-in has worked yet, so that a key is to be derived: some ten milliseconds. */
    boolean isNew() {
      return mechanism == null;
    }

    void remember(ScramMechanism worked) {
      mechanism = worked;
    }

    void forget() {
      mechanism = null;
    }

    @Override
    public String toString() {
      return "Known[<hidden>]";
    }
  }
}
