package io.tidegate.gateway.tunnel;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.tidegate.gateway.session.Ending;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/**
 * A presence connection: as long as it is open the session's holder is there. Sends {@code
 * {"type":"ending","at":…}} when it opens and before the end, and {@code
 * {"type":"ended","code":…,"reason":…}} at the end; what the client sends is thrown away.
 */
final class PresenceHandler extends ChannelInboundHandlerAdapter implements Session.Presence {
  private static final JsonWriterSettings JSON =
      JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

  private final Session session;
  private final Sessions sessions;
  private final Channel channel;

  private PresenceHandler(Session session, Sessions sessions, Channel channel) {
    this.session = session;
    this.sessions = sessions;
    this.channel = channel;
  }

  /** Puts one after this context's handler; false when the session has too many. */
  static boolean begin(ChannelHandlerContext ctx, Session session, Sessions sessions) {
    PresenceHandler presence = new PresenceHandler(session, sessions, ctx.channel());
    String client =
        ctx.channel().remoteAddress() instanceof InetSocketAddress remote
            ? remote.getHostString() + ":" + remote.getPort()
            : String.valueOf(ctx.channel().remoteAddress());
    if (!sessions.arrive(session, presence, client)) {
      return false;
    }
    ctx.pipeline().addAfter(ctx.name(), "presence", presence);
    return true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    session.leave(this, sessions.clock().millis());
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void ending(Instant at) {
    channel.writeAndFlush(
        line(new BsonDocument("type", new BsonString("ending")).append("at", text(at))));
  }

  @Override
  public void ended(Ending ending) {
    BsonDocument notice =
        new BsonDocument("type", new BsonString("ended"))
            .append("code", new BsonString(ending.code()))
            .append("reason", new BsonString(ending.reason()))
            .append("at", text(ending.at()));
    channel.writeAndFlush(line(notice)).addListener(ChannelFutureListener.CLOSE);
  }

  private static BsonString text(Instant at) {
    return new BsonString(at.toString());
  }

  private Object line(BsonDocument notice) {
    return ByteBufUtil.writeUtf8(channel.alloc(), notice.toJson(JSON) + "\n");
  }
}
