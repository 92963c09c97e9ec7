package io.tidegate.gateway.config;

import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How clients reach clusters without a tunnel. Which port a cluster has stands in its leases; here
 * stands what is the same for all of them.
 *
 * @param bind the address that the ports are opened on
 * @param files the certificate to show; null for the gateway's own, of Tidegate's authority
 */
public record ClusterPorts(InetAddress bind, @Nullable Files files) {

  /**
   * PEM files, read again when they change.
   *
   * @param certificates the server's own first, then what issued it
   * @param key PKCS#8, not encrypted
   */
  public record Files(Path certificates, Path key) {}

  /** On loopback, with the gateway's own certificate. */
  public static ClusterPorts defaults() {
    return new ClusterPorts(InetAddress.getLoopbackAddress(), null);
  }

  public ClusterPorts withBind(InetAddress newBind) {
    return new ClusterPorts(newBind, files);
  }

  public ClusterPorts withFiles(@Nullable Files newFiles) {
    return new ClusterPorts(bind, newFiles);
  }
}
