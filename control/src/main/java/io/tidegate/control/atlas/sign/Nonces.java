package io.tidegate.control.atlas.sign;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * Nonces of digest challenges: a time, randomness, and a MAC over both and the algorithm under a
 * key that this process made for itself. Nothing is remembered of a nonce that is given out, so
 * strangers fill no memory; one that was used with the right response is remembered until it is too
 * old anyway, and opens nothing twice.
 *
 * <p>The key dies with the process: nothing that was recorded before a restart can be replayed
 * after it.
 */
@Component
final class Nonces {
  static final Duration LIFE = Duration.ofMinutes(2);
  private static final int RANDOM_BYTES = 12;
  private static final int MAC_BYTES = 16;
  private static final int FIRST_PART = Long.BYTES + RANDOM_BYTES;
  private static final String HMAC = "HmacSHA256";

  /** What a nonce is worth. */
  enum Worth {
    GOOD,
    /** Given out here, and too old. */
    STALE,
    /** Not given out here, or used before. */
    NONE
  }

  private final InstantSource clock;
  private final SecureRandom random;
  private final SecretKeySpec key;

  /** Used ones with the time from which they are too old, in the order of that time nearly. */
  private final Map<String, Instant> used = new LinkedHashMap<>();

  Nonces(InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    this.key = new SecretKeySpec(bytes, HMAC);
  }

  String issue(DigestAlgorithm algorithm) {
    byte[] part = new byte[RANDOM_BYTES];
    random.nextBytes(part);
    byte[] first = ByteBuffer.allocate(FIRST_PART).putLong(clock.millis()).put(part).array();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            ByteBuffer.allocate(FIRST_PART + MAC_BYTES)
                .put(first)
                .put(mac(first, algorithm))
                .array());
  }

  Worth worth(String nonce, DigestAlgorithm algorithm) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(nonce);
    } catch (IllegalArgumentException e) {
      return Worth.NONE;
    }
    if (bytes.length != FIRST_PART + MAC_BYTES) {
      return Worth.NONE;
    }
    byte[] first = Arrays.copyOf(bytes, FIRST_PART);
    if (!MessageDigest.isEqual(
        mac(first, algorithm), Arrays.copyOfRange(bytes, FIRST_PART, bytes.length))) {
      return Worth.NONE;
    }
    Instant made = Instant.ofEpochMilli(ByteBuffer.wrap(first).getLong());
    if (!clock.instant().isBefore(made.plus(LIFE))) {
      return Worth.STALE;
    }
    synchronized (used) {
      return used.containsKey(canonical(bytes)) ? Worth.NONE : Worth.GOOD;
    }
  }

  /** Marks a good nonce as used; false when somebody else was first. */
  boolean use(String nonce) {
    Instant now = clock.instant();
    synchronized (used) {
      var oldest = used.entrySet().iterator();
      while (oldest.hasNext() && !now.isBefore(oldest.next().getValue())) {
        oldest.remove();
      }
      return used.putIfAbsent(canonical(Base64.getUrlDecoder().decode(nonce)), now.plus(LIFE))
          == null;
    }
  }

  /** One spelling: base64 text can be changed in its last bits and still say the same. */
  private static String canonical(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private byte[] mac(byte[] first, DigestAlgorithm algorithm) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update(first);
      mac.update(algorithm.title().getBytes(StandardCharsets.US_ASCII));
      return Arrays.copyOf(mac.doFinal(), MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
