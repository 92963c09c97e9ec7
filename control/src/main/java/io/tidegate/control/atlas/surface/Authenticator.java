package io.tidegate.control.atlas.surface;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;

/** Finds out who sent a request. */
public interface Authenticator {

  /** What was found. */
  sealed interface Finding {
    record Known(Caller caller) implements Finding {}

    /**
     * Nobody, or not who they claim to be.
     *
     * @param challenges values of WWW-Authenticate, in order
     */
    record Unknown(List<String> challenges, String detail) implements Finding {
      public Unknown {
        challenges = List.copyOf(challenges);
      }
    }

    /** Somebody, who may not call from this address. */
    record Elsewhere(String errorCode, String detail) implements Finding {}

    /** Too many wrong tries; nothing was looked at. */
    record TooMany(Duration retryAfter) implements Finding {}
  }

  Finding authenticate(HttpServletRequest request);
}
