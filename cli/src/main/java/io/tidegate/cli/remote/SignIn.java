package io.tidegate.cli.remote;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A sign-in that is kept between runs.
 *
 * @param token a secret
 * @param expiresAt null if the control plane did not say
 */
public record SignIn(Domain domain, String user, String token, @Nullable Instant expiresAt) {
  @Override
  public String toString() {
    return "SignIn[" + domain + ", " + user + ", token=<hidden>]";
  }
}
