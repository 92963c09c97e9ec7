package io.tidegate.control.identity;

import io.tidegate.control.platform.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.springframework.stereotype.Component;

/** Opaque tokens of 256 random bits. The database holds their SHA-256 only. */
@Component
final class Tokens {
  private static final int BYTES = 32;

  private final SecureRandom random;

  Tokens(SecureRandom random) {
    this.random = random;
  }

  Secret issue(String prefix) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new Secret(prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  static String hash(Secret token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(token.reveal().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
