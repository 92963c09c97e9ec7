package io.tidegate.gateway.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is set about one gateway.
 *
 * @param dataDirectory where the gateway's ledger lives; its own, never shared
 * @param name the gateway's name for people, as the portal shows it
 * @param tunnelBind where tunnels arrive, TLS; port 0 takes any free port
 * @param tunnelHost the name or address that clients dial to reach {@code tunnelBind}
 * @param directBind where clients without a tunnel arrive, plaintext, signed in by SCRAM; loopback
 *     only; null for none
 * @param clusterPorts how clients reach clusters directly, each at a port of its own
 * @param loops event loops; one a core serves best
 * @param limits bounds on what clients may take
 * @param timings deadlines and periods
 */
public record GatewayConfig(
    Path dataDirectory,
    String name,
    InetSocketAddress tunnelBind,
    String tunnelHost,
    @Nullable InetSocketAddress directBind,
    ClusterPorts clusterPorts,
    int loops,
    Limits limits,
    Timings timings) {

  public GatewayConfig {
    Objects.requireNonNull(dataDirectory);
    Objects.requireNonNull(clusterPorts);
    Objects.requireNonNull(limits);
    Objects.requireNonNull(timings);
    if (name.isBlank()) {
      throw new IllegalArgumentException("a gateway needs a name");
    }
    if (loops < 1) {
      throw new IllegalArgumentException("loops must be at least 1, not " + loops);
    }
    if (directBind != null && !directBind.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "the direct listener is plaintext and binds loopback addresses only, not " + directBind);
    }
  }

  /** A gateway on loopback: any free tunnel port, no direct listener, a loop for each core. */
  public static GatewayConfig defaults(Path dataDirectory) {
    return new GatewayConfig(
        dataDirectory,
        "gateway",
        new InetSocketAddress("127.0.0.1", 0),
        "127.0.0.1",
        null,
        ClusterPorts.defaults(),
        Runtime.getRuntime().availableProcessors(),
        Limits.defaults(),
        Timings.defaults());
  }

  public GatewayConfig withName(String newName) {
    return new GatewayConfig(
        dataDirectory,
        newName,
        tunnelBind,
        tunnelHost,
        directBind,
        clusterPorts,
        loops,
        limits,
        timings);
  }

  /** The same with the tunnel listener at this address, which clients dial by this name. */
  public GatewayConfig withTunnel(InetSocketAddress bind, String host) {
    return new GatewayConfig(
        dataDirectory, name, bind, host, directBind, clusterPorts, loops, limits, timings);
  }

  /** The same with a direct listener, or none. */
  public GatewayConfig withDirect(@Nullable InetSocketAddress bind) {
    return new GatewayConfig(
        dataDirectory, name, tunnelBind, tunnelHost, bind, clusterPorts, loops, limits, timings);
  }

  /** The same with clusters reached like this. */
  public GatewayConfig withClusterPorts(ClusterPorts newPorts) {
    return new GatewayConfig(
        dataDirectory, name, tunnelBind, tunnelHost, directBind, newPorts, loops, limits, timings);
  }

  public GatewayConfig withLoops(int newLoops) {
    return new GatewayConfig(
        dataDirectory,
        name,
        tunnelBind,
        tunnelHost,
        directBind,
        clusterPorts,
        newLoops,
        limits,
        timings);
  }

  public GatewayConfig withLimits(Limits newLimits) {
    return new GatewayConfig(
        dataDirectory,
        name,
        tunnelBind,
        tunnelHost,
        directBind,
        clusterPorts,
        loops,
        newLimits,
        timings);
  }

  public GatewayConfig withTimings(Timings newTimings) {
    return new GatewayConfig(
        dataDirectory,
        name,
        tunnelBind,
        tunnelHost,
        directBind,
        clusterPorts,
        loops,
        limits,
        newTimings);
  }
}
