package io.tidegate.control.platform;

import com.github.f4b6a3.ulid.Ulid;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;

/** Makes identifiers; time and randomness are injected. */
public final class Ids {
  private final InstantSource clock;
  private final SecureRandom random;

  public Ids(InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /** A ULID after the prefix, such as {@code req_01JD…}: sorts by the time it was made. */
  public String next(String prefix) {
    byte[] entropy = new byte[10];
    random.nextBytes(entropy);
    return prefix + "_" + new Ulid(clock.millis(), entropy);
  }

  /** 24 hexadecimal digits, as organizations and projects have. */
  public String hex24() {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
