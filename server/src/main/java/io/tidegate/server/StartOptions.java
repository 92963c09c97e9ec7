package io.tidegate.server;

import io.tidegate.control.platform.PortRange;
import io.tidegate.control.platform.Secret;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tidegate start} was asked for. Ports of 0 take any free one.
 *
 * @param data the folder of everything
 * @param host the address that all listeners bind
 * @param clusterPorts of which each resource that serves applications gets one
 * @param directPort null for no direct listener
 * @param publicUrl null to use the portal's own address
 * @param trustedProxies whose forwarding headers are believed
 * @param databaseUrl null for SQLite in the data folder
 * @param demo whether to make the demo's people, project and resource
 * @param target the demo's MongoDB; null for a sandbox
 */
record StartOptions(
    Path data,
    String host,
    int port,
    int gatewayPort,
    int linkPort,
    PortRange clusterPorts,
    @Nullable Integer directPort,
    @Nullable String publicUrl,
    List<String> trustedProxies,
    @Nullable String databaseUrl,
    @Nullable Secret databasePassword,
    boolean demo,
    @Nullable DemoTarget target) {
  StartOptions {
    trustedProxies = List.copyOf(trustedProxies);
  }
}
