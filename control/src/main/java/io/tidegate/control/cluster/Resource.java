package io.tidegate.control.cluster;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A MongoDB deployment that sessions go to.
 *
 * @param id {@code res_…}
 * @param name slug, unique in its project
 * @param connectionString {@code mongodb://} or {@code mongodb+srv://}, never with credentials
 * @param authDatabase where its accounts are defined, usually {@code admin}
 * @param gatewayName the gateway that reaches it; null for any connected one
 * @param gatewayAccountId the account that applications reach it with, once a gateway has let their
 *     own users in; null when none are let in
 * @param directPort the gateway's port that they connect to; kept from the first time on
 */
public record Resource(
    String id,
    String projectId,
    String projectName,
    String name,
    String description,
    String connectionString,
    String authDatabase,
    TlsOptions tls,
    @Nullable String gatewayName,
    @Nullable String gatewayAccountId,
    @Nullable Integer directPort,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  /**
   * How the gateway speaks TLS to the target.
   *
   * @param verify whether the certificate must be trusted and match the host
   * @param caPem what to trust instead of the system's authorities
   */
  public record TlsOptions(boolean enabled, boolean verify, @Nullable String caPem) {}
}
