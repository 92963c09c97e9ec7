package io.tidegate.access;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One session's permission to pass a gateway: who, to which target, with which account, what, how
 * much and until when. A gateway believes nothing else, and this only when it is signed ({@link
 * SignedLease}).
 *
 * @param leaseId {@code lse_…}
 * @param sessionId {@code ses_…}
 * @param grantId {@code grt_…}
 * @param privileges what the session may do; everything else is denied
 * @param allowJavaScript whether server-side JavaScript may run
 * @param disclosure what of the target it may show at all
 * @param binding what a client proves to be served
 * @param network from where
 * @param advertisedAddress {@code host:port} that the client dials, told to drivers in hello; for
 *     direct clients the gateway listens on this port
 * @param requestUrl where a person asks for more; printed in refusals
 * @param notBefore first instant at which it holds
 * @param expiresAt first instant at which it no longer holds
 * @param revision grows with each new lease of the same id; a gateway never goes back
 */
public record Lease(
    String leaseId,
    String sessionId,
    String grantId,
    Grantee grantee,
    String organization,
    String project,
    Target target,
    LeaseAccount account,
    List<Privilege> privileges,
    boolean allowJavaScript,
    Disclosure disclosure,
    Limits limits,
    Binding binding,
    Network network,
    String advertisedAddress,
    String requestUrl,
    Instant notBefore,
    Instant expiresAt,
    long revision) {

  public Lease {
    privileges = List.copyOf(privileges);
    // The encoding knows milliseconds; so does the value, so that encoding loses nothing.
    notBefore = notBefore.truncatedTo(ChronoUnit.MILLIS);
    expiresAt = expiresAt.truncatedTo(ChronoUnit.MILLIS);
    if (!notBefore.isBefore(expiresAt)) {
      throw new IllegalArgumentException("a lease ends after it begins");
    }
  }

  /**
   * Who it was lent to.
   *
   * @param id {@code usr_…}
   * @param name as other people know them
   */
  public record Grantee(String id, String name) {}

  /**
   * The deployment it leads to.
   *
   * @param connectionString {@code mongodb://} or {@code mongodb+srv://}, never with credentials
   * @param authDatabase where the account is defined, mostly {@code admin}
   */
  public record Target(
      String resourceId,
      String resourceName,
      String connectionString,
      String authDatabase,
      Tls tls) {
    public Target {
      int authority = connectionString.indexOf("://") + 3;
      if (authority == 2 || connectionString.indexOf('@', authority) >= 0) {
        // The text itself stays out of the message: it may hold a password.
        throw new IllegalArgumentException(
            "a target's connection string has a scheme and no credentials");
      }
    }
  }

  /**
   * How the gateway speaks TLS to the target.
   *
   * @param verify whether certificate and host name are checked
   * @param caPem the authorities to trust; null for those of the system
   */
  public record Tls(boolean enabled, boolean verify, @Nullable String caPem) {}

  /**
   * The account inside the target that the gateway signs in with.
   *
   * @param sealedCredential the password, sealed to the gateway's own key
   */
  @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
  public record LeaseAccount(String id, String name, String username, byte[] sealedCredential) {
    public LeaseAccount {
      sealedCredential = sealedCredential.clone();
    }

    @Override
    public byte[] sealedCredential() {
      return sealedCredential.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof LeaseAccount that
          && id.equals(that.id)
          && name.equals(that.name)
          && username.equals(that.username)
          && Arrays.equals(sealedCredential, that.sealedCredential);
    }

    @Override
    public int hashCode() {
      return Objects.hash(id, name, username, Arrays.hashCode(sealedCredential));
    }

    @Override
    public String toString() {
      return "LeaseAccount[id="
          + id
          + ", name="
          + name
          + ", username="
          + username
          + ", sealedCredential=<hidden>]";
    }
  }

  /**
   * How much may go on at once.
   *
   * @param maxConnections client connections of the session
   * @param maxBytesInFlight bytes of requests and replies held at the gateway for the session
   * @param maxIdle time without a command of the person after which the session ends; null for
   *     applications, which may sleep as long as they like
   */
  public record Limits(int maxConnections, long maxBytesInFlight, @Nullable Duration maxIdle) {
    /** A hundred connections, 256 MiB under way, an hour idle. */
    public static final Limits DEFAULT = new Limits(100, 256L << 20, Duration.ofHours(1));

    /** What an application's pools need: many connections, 1 GiB under way, and no idle end. */
    public static final Limits APPLICATION = new Limits(3_000, 1L << 30, null);

    public Limits {
      maxIdle = maxIdle == null ? null : maxIdle.truncatedTo(ChronoUnit.MILLIS);
      if (maxConnections < 1
          || maxBytesInFlight < 1
          || (maxIdle != null
              && (maxIdle.isNegative()
                  || maxIdle.isZero()
                  || maxIdle.compareTo(Duration.ofDays(366)) > 0))) {
        throw new IllegalArgumentException("limits are positive, and idle time at most a year");
      }
    }
  }

  /** Whether it holds at that instant. */
  public boolean holdsAt(Instant now) {
    return !now.isBefore(notBefore) && now.isBefore(expiresAt);
  }

  /** Whether the lease lets its holder know that the database exists. */
  public boolean reaches(String database) {
    for (Privilege privilege : privileges) {
      if (privilege.resource().reaches(database)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the privileges together carry all actions of the touch. */
  public boolean carries(Touch touch) {
    for (Action action : touch.actions()) {
      if (!carries(action, touch.resource())) {
        return false;
      }
    }
    return true;
  }

  /** Whether some privilege carries the action on the resource. */
  public boolean carries(Action action, Resource resource) {
    for (int i = 0; i < privileges.size(); i++) {
      if (privileges.get(i).carries(action, resource)) {
        return true;
      }
    }
    return false;
  }
}
