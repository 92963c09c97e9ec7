package io.tidegate.control.atlas.sign;

import io.tidegate.control.keys.ApiKeys.DigestSecrets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** The hashes that digest authentication is done by. */
enum DigestAlgorithm {
  MD5("MD5"),
  SHA_256("SHA-256");

  private final String title;

  DigestAlgorithm(String title) {
    this.title = title;
  }

  /** As HTTP and the platform name it. */
  String title() {
    return title;
  }

  static Optional<DigestAlgorithm> of(String title) {
    return Arrays.stream(values()).filter(a -> a.title.equalsIgnoreCase(title)).findFirst();
  }

  String ha1(DigestSecrets secrets) {
    return switch (this) {
      case MD5 -> secrets.md5().reveal();
      case SHA_256 -> secrets.sha256().reveal();
    };
  }

  /** The hash in lower-case hexadecimal. */
  String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance(title).digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + title, e);
    }
  }
}
