package io.tidegate.gateway.session;

import io.netty.channel.Channel;
import io.tidegate.access.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a client came to the gateway: all that is known before its first message.
 *
 * @param from where, through whatever load balancers
 * @param resourceId the cluster whose own port it dialled; null for tunnels and for the local
 *     listener, which serve sessions of any
 * @param advertised {@code host:port} that it dialled; null where the lease knows
 * @param certificates the client's own in its TLS handshake and what issued it, empty where it
 *     showed none; nothing but the possession of the first one's key is checked
 */
public record Arrival(
    From from,
    @Nullable String resourceId,
    @Nullable String advertised,
    List<X509Certificate> certificates) {
  public Arrival {
    certificates = List.copyOf(certificates);
  }

  /** Where a client connection comes from, to the port. */
  public record From(Network.Origin origin, int port) {
    /** The other end of the socket. */
    public static From of(Channel channel) {
      return channel.remoteAddress() instanceof InetSocketAddress remote
              && remote.getAddress() != null
          ? new From(new Network.Origin(remote.getAddress(), null), remote.getPort())
          // Not of the network at all: a test's channel.
          : new From(new Network.Origin(InetAddress.getLoopbackAddress(), null), 0);
    }

    /** For people, and for events. */
    @Override
    public String toString() {
      Network.EndpointId endpoint = origin.endpoint();
      String address = origin.address().getHostAddress() + ":" + port;
      return endpoint == null ? address : address + " by " + endpoint;
    }
  }

  /** By a tunnel, whose certificate has named the session already. */
  public static Arrival byTunnel(Channel channel) {
    return new Arrival(From.of(channel), null, null, List.of());
  }

  /** At the local listener, in plain text. */
  public static Arrival local(Channel channel, String advertised) {
    return new Arrival(From.of(channel), null, advertised, List.of());
  }

  /** At a cluster's own port. */
  public static Arrival atCluster(
      From from, String resourceId, List<X509Certificate> certificates) {
    return new Arrival(from, resourceId, null, certificates);
  }

  public Network.Origin origin() {
    return from.origin();
  }
}
