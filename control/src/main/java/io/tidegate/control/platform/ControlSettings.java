package io.tidegate.control.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator sets, under {@code tidegate.control}. An unknown key is an error.
 *
 * @param data the data folder, made when missing
 * @param databaseUrl {@code postgresql://user@host/db}, or the same as {@code jdbc:}, without a
 *     password; null for SQLite in the data folder
 * @param publicUrl where people reach the portal, such as {@code https://tidegate.example}; null to
 *     take it from each request
 * @param linkHost the address that the gateway link listens on
 * @param linkPort 0 for any free one
 * @param linkAddresses more names and addresses that gateways reach the link by
 * @param secureCookies whether cookies are for https only; null to follow {@code publicUrl}, and
 *     each request
 * @param trustedProxies addresses and CIDR ranges whose {@code X-Forwarded-For} and {@code
 *     X-Forwarded-Proto} are believed; none by default
 * @param reconcileEvery how often desired and actual are compared when nothing happens
 * @param leaseTimeout how long a session waits for its gateway
 * @param clusterPorts the ports of gateways at which applications reach resources, one for each
 */
@ConfigurationProperties(prefix = "tidegate.control", ignoreUnknownFields = false)
public record ControlSettings(
    Path data,
    @Nullable String databaseUrl,
    @Nullable String databaseUser,
    @Nullable Secret databasePassword,
    @Nullable String publicUrl,
    @DefaultValue("127.0.0.1") String linkHost,
    @DefaultValue("8422") int linkPort,
    @DefaultValue({}) List<String> linkAddresses,
    @Nullable Boolean secureCookies,
    @DefaultValue({}) List<String> trustedProxies,
    @DefaultValue("1s") Duration reconcileEvery,
    @DefaultValue("10s") Duration leaseTimeout,
    @DefaultValue("27100-27999") PortRange clusterPorts) {

  public ControlSettings {
    linkAddresses = List.copyOf(linkAddresses);
    trustedProxies = List.copyOf(trustedProxies);
    TrustedProxies.of(trustedProxies);
    if (linkPort < 0 || linkPort > 65535) {
      throw new IllegalArgumentException("tidegate.control.link-port must be 0 to 65535");
    }
    if (reconcileEvery.isNegative() || reconcileEvery.isZero()) {
      throw new IllegalArgumentException("tidegate.control.reconcile-every must be positive");
    }
  }

  /** Whether cookies are for https only; null when each follows the request that it answers. */
  public @Nullable Boolean cookiesSecure() {
    if (secureCookies != null) {
      return secureCookies;
    }
    boolean behindTls = publicUrl != null && publicUrl.startsWith("https:");
    return behindTls ? Boolean.TRUE : null;
  }
}
