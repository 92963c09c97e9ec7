package io.tidegate.gateway.config;

import io.tidegate.access.Cidr;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How clients reach clusters without a tunnel. Which port a cluster has stands in its leases; here
 * stands what is the same for all of them.
 *
 * @param bind the address that the ports are opened on
 * @param proxies load balancers in front, which say with a PROXY header (version 2) where a client
 *     comes from; whoever else says so is cut off
 * @param files the certificate to show; null for the gateway's own, of Tidegate's authority
 */
public record ClusterPorts(InetAddress bind, List<Cidr> proxies, @Nullable Files files) {
  public ClusterPorts {
    proxies = List.copyOf(proxies);
  }

  /**
   * PEM files, read again when they change.
   *
   * @param certificates the server's own first, then what issued it
   * @param key PKCS#8, not encrypted
   */
  public record Files(Path certificates, Path key) {}

  /** On loopback, with the gateway's own certificate. */
  public static ClusterPorts defaults() {
    return new ClusterPorts(InetAddress.getLoopbackAddress(), List.of(), null);
  }

  public ClusterPorts withBind(InetAddress newBind) {
    return new ClusterPorts(newBind, proxies, files);
  }

  public ClusterPorts withProxies(List<Cidr> newProxies) {
    return new ClusterPorts(bind, newProxies, files);
  }

  public ClusterPorts withFiles(@Nullable Files newFiles) {
    return new ClusterPorts(bind, proxies, newFiles);
  }
}
