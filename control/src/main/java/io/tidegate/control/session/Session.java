package io.tidegate.control.session;

import io.tidegate.control.platform.PersonRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What happens through a gateway under a grant.
 *
 * @param id {@code ses_…}
 * @param clientName the program that asked for it, such as {@code tidegate-cli}
 * @param driver what the database client calls itself in its hello; null until one connected
 * @param expiresAt when the grant ends
 */
public record Session(
    String id,
    String grantId,
    PersonRef person,
    String projectId,
    String projectName,
    String resourceId,
    String resourceName,
    String accountId,
    String accountName,
    String gatewayId,
    String gatewayName,
    SessionState state,
    String clientName,
    @Nullable String driver,
    Counters counters,
    Instant startedAt,
    Instant expiresAt,
    @Nullable Instant endedAt,
    long version) {

  /**
   * How much went through it, as last told by the gateway.
   *
   * @param bytesIn bytes from the client
   * @param bytesOut bytes to the client
   */
  public record Counters(
      long liveConnections,
      long connections,
      long commands,
      long refused,
      long bytesIn,
      long bytesOut) {
    public static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0);
  }
}
