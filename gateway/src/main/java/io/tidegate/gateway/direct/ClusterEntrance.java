package io.tidegate.gateway.direct;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tidegate.access.Network;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.Sessions;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Meets a client at a cluster's own port: lets it go on to TLS if any lease of the cluster admits
 * where it comes from, puts the handlers of a MongoDB stream in its place, and goes.
 */
public final class ClusterEntrance extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterEntrance.class);

  private final String resourceId;
  private final ServerIdentity identity;
  private final Sessions sessions;
  private final GatewayMetrics metrics;
  private final BiPredicate<ChannelHandlerContext, Arrival> assemble;

  /**
   * @param assemble puts the handlers of a MongoDB stream after the entrance; false to close
   */
  public ClusterEntrance(
      String resourceId,
      ServerIdentity identity,
      Sessions sessions,
      GatewayMetrics metrics,
      BiPredicate<ChannelHandlerContext, Arrival> assemble) {
    this.resourceId = resourceId;
    this.identity = identity;
    this.sessions = sessions;
    this.metrics = metrics;
    this.assemble = assemble;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    Network.Origin origin = Arrival.originOf(ctx.channel());
    if (!sessions.roster().admits(resourceId, origin, sessions.clock().instant())) {
      turnAway(ctx, "no user of the cluster is let in from there");
      return;
    }
    ctx.pipeline().addBefore(ctx.name(), "tls", identity.context().newHandler(ctx.alloc()));
    ctx.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (!handshake.isSuccess()) {
      turnAway(ctx, "the TLS handshake failed");
      return;
    }
    if (!assemble.test(ctx, Arrival.atCluster(ctx.channel(), resourceId))) {
      turnAway(ctx, "there is no room for another connection");
      return;
    }
    ctx.pipeline().remove(this);
  }

  private void turnAway(ChannelHandlerContext ctx, String why) {
    metrics.turnAway();
    LOG.atDebug()
        .addKeyValue("client", ctx.channel().remoteAddress())
        .addKeyValue("resource", resourceId)
        .addKeyValue("why", why)
        .log("direct client turned away");
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A failed handshake is told by its event as well.
    ctx.close();
  }
}
