package io.tidegate.gateway.tunnel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tidegate.access.Binding;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.session.Milestone;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.link.trust.Certificates;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.function.BiPredicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a tunnel's TLS handshake, finds the session that the client's certificate proves, puts
 * the handlers of the chosen protocol in its place and goes. A certificate proves a lease when it
 * names it and its key is the one that the lease is bound to.
 */
public final class TunnelEntrance extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(TunnelEntrance.class);

  private final Sessions sessions;
  private final GatewayMetrics metrics;
  private final BiPredicate<ChannelHandlerContext, Session> assemble;

  /**
   * @param assemble puts the handlers of a MongoDB stream after the entrance; false to close
   */
  public TunnelEntrance(
      Sessions sessions,
      GatewayMetrics metrics,
      BiPredicate<ChannelHandlerContext, Session> assemble) {
    this.sessions = sessions;
    this.metrics = metrics;
    this.assemble = assemble;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (!handshake.isSuccess()) {
      refuse(ctx, "the TLS handshake failed");
      return;
    }
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    Session session = session(tls);
    if (session == null) {
      refuse(ctx, "the certificate proves no lease that this gateway holds");
      return;
    }
    switch (tls.applicationProtocol()) {
      case Protocols.MONGODB -> {
        if (!assemble.test(ctx, session)) {
          refuse(ctx, "the session has far too many connections");
          return;
        }
      }
      case Protocols.PRESENCE -> {
        if (!PresenceHandler.begin(ctx, session, sessions)) {
          refuse(ctx, "the session has too many presence connections");
          return;
        }
      }
      case null -> {
        refuse(ctx, "the client chose no protocol");
        return;
      }
      default -> {
        refuse(ctx, "the client chose an unknown protocol");
        return;
      }
    }
    ctx.fireUserEventTriggered(Milestone.IDENTIFIED);
    ctx.pipeline().remove(this);
  }

  private @Nullable Session session(SslHandler tls) {
    try {
      if (!(tls.engine().getSession().getPeerCertificates()[0]
          instanceof X509Certificate certificate)) {
        return null;
      }
      String leaseId = Certificates.leaseIdOf(certificate);
      Session session = leaseId == null ? null : sessions.byLease(leaseId);
      return session != null
              && session.lease().binding() instanceof Binding.Tunnel tunnel
              && MessageDigest.isEqual(Certificates.spkiSha256(certificate), tunnel.keySha256())
          ? session
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private void refuse(ChannelHandlerContext ctx, String why) {
    metrics.turnAway();
    LOG.atInfo()
        .addKeyValue("client", ctx.channel().remoteAddress())
        .addKeyValue("why", why)
        .log("tunnel refused");
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A failed handshake is told by its event as well.
    ctx.close();
  }
}
