package io.tidegate.control.platform;

import com.github.f4b6a3.ulid.Ulid;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Makes identifiers; time and randomness are injected. */
public final class Ids {
  private final InstantSource clock;
  private final SecureRandom random;
  private @Nullable Ulid last;

  public Ids(InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /**
   * A ULID after the prefix, such as {@code req_01JD…}: sorts in the order in which this process
   * made them, within one millisecond too.
   */
  public synchronized String next(String prefix) {
    long now = clock.millis();
    Ulid before = last;
    Ulid made;
    if (before != null && before.getTime() == now) {
      made = before.increment();
    } else {
      byte[] entropy = new byte[10];
      random.nextBytes(entropy);
      made = new Ulid(now, entropy);
    }
    last = made;
    return prefix + "_" + made;
  }

  /** 24 hexadecimal digits, as organizations and projects have. */
  public String hex24() {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
