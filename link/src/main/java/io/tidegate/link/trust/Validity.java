package io.tidegate.link.trust;

import java.time.Duration;
import java.time.Instant;

/** From when to when a certificate holds; X.509 keeps whole seconds. */
public record Validity(Instant notBefore, Instant notAfter) {
  /** How far a peer's clock may be behind and still accept a certificate just issued. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  public Validity {
    if (!notAfter.isAfter(notBefore)) {
      throw new IllegalArgumentException("a certificate must end after it begins");
    }
  }

  /** Holds from now (and a little before, for clocks that are behind) until {@code notAfter}. */
  public static Validity until(Instant now, Instant notAfter) {
    return new Validity(now.minus(SKEW), notAfter);
  }

  /** Holds from now (and a little before, for clocks that are behind) for {@code length}. */
  public static Validity lasting(Instant now, Duration length) {
    return until(now, now.plus(length));
  }
}
