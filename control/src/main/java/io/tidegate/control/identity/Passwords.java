package io.tidegate.control.identity;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import java.security.SecureRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Passwords of local users: Argon2id (RFC 9106), 16 MiB, two passes. As many at once as there are
 * processors: more would only take memory, and anybody can ask for one.
 */
@Component
public final class Passwords {
  private static final int SHORTEST = 12;
  private static final int LONGEST = 256;
  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  private static final int GENERATED = 20;
  private static final int LONGEST_WAIT_SECONDS = 20;

  private final Argon2PasswordEncoder encoder =
      Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8();
  private final SecureRandom random;
  private final Semaphore turns;

  /** What unknown users are checked against, so that they take as long as known ones. */
  private final String nobody;

  @Autowired
  Passwords(SecureRandom random) {
    this(random, new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()), true));
  }

  Passwords(SecureRandom random, Semaphore turns) {
    this.random = random;
    this.turns = turns;
    this.nobody = encode(generate().reveal());
  }

  /** A new password: 20 letters and digits, 116 bits, without those that look alike. */
  public Secret generate() {
    StringBuilder text = new StringBuilder(GENERATED);
    for (int i = 0; i < GENERATED; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return new Secret(text.toString());
  }

  /**
   * @throws Refused bad-input when it has less than 12 or more than 256 characters
   */
  String hash(Secret password) {
    int length = password.reveal().length();
    if (length < SHORTEST || length > LONGEST) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "password must have " + SHORTEST + " to " + LONGEST + " characters.");
    }
    return encode(password.reveal());
  }

  private String encode(String text) {
    waitForTurn();
    String hash;
    try {
      hash = encoder.encode(text);
    } finally {
      turns.release();
    }
    if (hash == null) {
      throw new IllegalStateException("the encoder gave no hash");
    }
    return hash;
  }

  private void waitForTurn() {
    try {
      if (!turns.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new Refused(
            ErrorCode.TOO_MANY_ATTEMPTS, "Too many people sign in at this moment; try again.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused(ErrorCode.INTERNAL, "The server is stopping.");
    }
  }

  /** Whether the password is right. Takes the same time when there is no such person. */
  boolean matches(Secret password, @Nullable String hash) {
    String text = password.reveal();
    if (text.length() > LONGEST) {
      text = "";
    }
    boolean right;
    waitForTurn();
    try {
      right = encoder.matches(text, hash == null ? nobody : hash);
    } finally {
      turns.release();
    }
    return right && hash != null;
  }
}
