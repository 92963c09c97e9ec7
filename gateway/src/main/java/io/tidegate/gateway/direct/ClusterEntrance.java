package io.tidegate.gateway.direct;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.tidegate.access.Cidr;
import io.tidegate.access.Network;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.Sessions;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Meets a client at a cluster's own port: hears from a load balancer where the client comes from,
 * lets it go on to TLS if any lease of the cluster admits that, puts the handlers of a MongoDB
 * stream in its place, and goes.
 */
public final class ClusterEntrance extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterEntrance.class);

  /** Bytes of all that a load balancer adds to a PROXY header; the clouds add some dozens. */
  private static final int LARGEST_HEADER = 2 * 1024;

  private final String resourceId;
  private final List<Cidr> proxies;
  private final ServerIdentity identity;
  private final Sessions sessions;
  private final GatewayMetrics metrics;
  private final BiPredicate<ChannelHandlerContext, Arrival> assemble;

  /** Null until it is known. */
  private Arrival.@Nullable From from;

  /**
   * @param proxies whose PROXY headers are believed, and who must send one
   * @param assemble puts the handlers of a MongoDB stream after the entrance; false to close
   */
  public ClusterEntrance(
      String resourceId,
      List<Cidr> proxies,
      ServerIdentity identity,
      Sessions sessions,
      GatewayMetrics metrics,
      BiPredicate<ChannelHandlerContext, Arrival> assemble) {
    this.resourceId = resourceId;
    this.proxies = proxies;
    this.identity = identity;
    this.sessions = sessions;
    this.metrics = metrics;
    this.assemble = assemble;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    Arrival.From socket = Arrival.From.of(ctx.channel());
    if (isProxy(socket.origin())) {
      ctx.pipeline().addBefore(ctx.name(), "proxy", new HAProxyMessageDecoder(LARGEST_HEADER));
    } else {
      arrived(ctx, socket);
    }
    ctx.fireChannelActive();
  }

  private boolean isProxy(Network.Origin origin) {
    for (Cidr proxy : proxies) {
      if (proxy.contains(origin.address())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HAProxyMessage header)) {
      // Nobody is let in yet whose bytes could come here.
      ReferenceCountUtil.release(message);
      return;
    }
    try {
      arrived(ctx, ProxyHeader.read(header, Arrival.From.of(ctx.channel())));
    } catch (IllegalArgumentException e) {
      turnAway(ctx, "the PROXY header is wrong: " + e.getMessage());
    } finally {
      header.release();
    }
  }

  private void arrived(ChannelHandlerContext ctx, Arrival.From client) {
    from = client;
    if (!sessions.roster().admits(resourceId, client.origin(), sessions.clock().instant())) {
      turnAway(ctx, "no user of the cluster is let in from there");
      return;
    }
    boolean asking = sessions.roster().asksForCertificates(resourceId);
    ctx.pipeline().addBefore(ctx.name(), "tls", identity.context(asking).newHandler(ctx.alloc()));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    Arrival.From client = from;
    if (!handshake.isSuccess() || client == null) {
      turnAway(ctx, "the TLS handshake failed");
      return;
    }
    List<X509Certificate> certificates = certificates(ctx.pipeline().get(SslHandler.class));
    if (!assemble.test(ctx, Arrival.atCluster(client, resourceId, certificates))) {
      turnAway(ctx, "there is no room for another connection");
      return;
    }
    ctx.pipeline().remove(this);
  }

  private static List<X509Certificate> certificates(SslHandler tls) {
    try {
      List<X509Certificate> certificates = new ArrayList<>();
      for (Certificate each : tls.engine().getSession().getPeerCertificates()) {
        if (each instanceof X509Certificate certificate) {
          certificates.add(certificate);
        }
      }
      return certificates;
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  private void turnAway(ChannelHandlerContext ctx, String why) {
    metrics.turnAway();
    LOG.atDebug()
        .addKeyValue("client", from == null ? ctx.channel().remoteAddress() : from)
        .addKeyValue("resource", resourceId)
        .addKeyValue("why", why)
        .log("direct client turned away");
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A failed handshake is told by its event as well; a header that is none ends here.
    ctx.close();
  }
}
