package io.tidegate.control.identity;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/** Passwords of local users: Argon2id (RFC 9106), 16 MiB, two passes. */
@Component
public final class Passwords {
  private static final int SHORTEST = 12;
  private static final int LONGEST = 256;
  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  private static final int GENERATED = 20;

  private final Argon2PasswordEncoder encoder =
      Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8();
  private final SecureRandom random;

  /** What unknown users are checked against, so that they take as long as known ones. */
  private final String nobody;

  Passwords(SecureRandom random) {
    this.random = random;
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
    String hash = encoder.encode(text);
    if (hash == null) {
      throw new IllegalStateException("the encoder gave no hash");
    }
    return hash;
  }

  /** Whether the password is right. Takes the same time when there is no such person. */
  boolean matches(Secret password, @Nullable String hash) {
    String text = password.reveal();
    if (text.length() > LONGEST) {
      text = "";
    }
    boolean right = encoder.matches(text, hash == null ? nobody : hash);
    return right && hash != null;
  }
}
