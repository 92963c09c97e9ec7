package io.tidegate.wire.sasl;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Keeps the keys that a password gives for one salt, so that the iterations are paid once and not
 * at every login. May be called by many threads.
 */
public interface SaltedKeyCache {
  /**
   * The keys for this origin, derived when they are not here.
   *
   * @param origin everything that the keys depend on
   * @param derive takes milliseconds to a second; called at most once by this call
   */
  ScramKeys keys(Origin origin, Supplier<ScramKeys> derive);

  /**
   * What the keys depend on.
   *
   * @param mechanism the mechanism
   * @param username the user
   * @param salt the server's salt, base64
   * @param iterations the server's iterations
   * @param secretFingerprint a digest of the prepared password: another password has other keys
   */
  record Origin(
      ScramMechanism mechanism,
      String username,
      String salt,
      int iterations,
      String secretFingerprint) {
    @Override
    public String toString() {
      return "Origin[" + mechanism + ", " + username + ", " + iterations + ", <hidden>]";
    }
  }

  /** Keeps nothing. */
  static SaltedKeyCache none() {
    return (origin, derive) -> derive.get();
  }

  /**
   * Keeps all it is given, in memory: for one account, or for as long as it is reachable. An
   * account that changes its salt often is bounded by {@code limit}: then the cache begins anew.
   */
  static SaltedKeyCache inMemory(int limit) {
    ConcurrentMap<Origin, ScramKeys> kept = new ConcurrentHashMap<>();
    return (origin, derive) -> {
      ScramKeys known = kept.get(origin);
      if (known != null) {
        return known;
      }
      ScramKeys keys = derive.get();
      if (kept.size() >= limit) {
        kept.clear();
      }
      kept.put(origin, keys);
      return keys;
    };
  }
}
