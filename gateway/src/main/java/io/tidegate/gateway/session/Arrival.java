package io.tidegate.gateway.session;

import io.netty.channel.Channel;
import io.tidegate.access.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a client came to the gateway: all that is known before its first message.
 *
 * @param origin from where, through whatever load balancers
 * @param clientAddress the same for people, with the port
 * @param resourceId the cluster whose own port it dialled; null for tunnels and for the local
 *     listener, which serve sessions of any
 * @param advertised {@code host:port} that it dialled; null where the lease knows
 */
public record Arrival(
    Network.Origin origin,
    String clientAddress,
    @Nullable String resourceId,
    @Nullable String advertised) {

  /** By a tunnel, whose certificate has named the session already. */
  public static Arrival byTunnel(Channel channel) {
    return new Arrival(originOf(channel), addressOf(channel), null, null);
  }

  /** At the local listener, in plain text. */
  public static Arrival local(Channel channel, String advertised) {
    return new Arrival(originOf(channel), addressOf(channel), null, advertised);
  }

  /** At a cluster's own port. */
  public static Arrival atCluster(Channel channel, String resourceId) {
    return new Arrival(originOf(channel), addressOf(channel), resourceId, null);
  }

  /** The other end of the socket. */
  public static Network.Origin originOf(Channel channel) {
    return new Network.Origin(
        channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null
            ? remote.getAddress()
            // Not of the network at all: a test's channel.
            : InetAddress.getLoopbackAddress(),
        null);
  }

  private static String addressOf(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress remote
        ? remote.getHostString() + ":" + remote.getPort()
        : String.valueOf(channel.remoteAddress());
  }
}
