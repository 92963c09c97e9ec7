package io.tidegate.wire.sasl;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Keeps what a SCRAM client derives from a password, so that the thousands of hash rounds are paid
 * once for many connections of one account. Holds secrets: keep it in memory, for one account, and
 * drop it when the account's password changes.
 */
public interface SaltedKeyCache {
  /** What the derived key depends on, the password apart. */
  @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
  record Key(ScramMechanism mechanism, String username, byte[] salt, int iterations) {
    public Key {
      salt = salt.clone();
    }

    @Override
    public byte[] salt() {
      return salt.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key that
          && mechanism == that.mechanism
          && iterations == that.iterations
          && username.equals(that.username)
          && Arrays.equals(salt, that.salt);
    }

    @Override
    public int hashCode() {
      return Objects.hash(mechanism, username, iterations, Arrays.hashCode(salt));
    }

    @Override
    public String toString() {
      return "Key[" + mechanism + ", " + username + ", " + iterations + "]";
    }
  }

  /** The kept SaltedPassword, or the one that {@code derive} makes, which is kept from then on. */
  byte[] saltedPassword(Key key, Supplier<byte[]> derive);

  /** Keeps nothing. */
  static SaltedKeyCache none() {
    return (key, derive) -> derive.get();
  }
}
