package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.tidegate.testkit.scram.ScramConversation;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: who it is, and its commands in order. Commands run on virtual threads, one
 * at a time for a connection, so that one that blocks holds up nobody else.
 */
final class SandboxConnection extends SimpleChannelInboundHandler<ByteBuf> {

  private static final Logger log = LoggerFactory.getLogger(SandboxConnection.class);

  private final int id;
  private final SandboxMongo server;
  private final Queue<WireRequest> waiting = new ArrayDeque<>();
  private boolean busy;

  private @Nullable ChannelHandlerContext context;
  private volatile @Nullable UserName user;
  private volatile Document client = new Document();
  private volatile boolean helloSeen;
  private @Nullable ScramConversation conversation;
  private String conversationDatabase = "";

  SandboxConnection(int id, SandboxMongo server) {
    this.id = id;
    this.server = server;
  }

  int id() {
    return id;
  }

  SandboxMongo server() {
    return server;
  }

  /** Who is signed in; null when nobody is. */
  @Nullable UserName user() {
    return user;
  }

  void user(@Nullable UserName value) {
    user = value;
  }

  @Nullable ScramConversation conversation() {
    return conversation;
  }

  /** The database of the user who signs in. */
  String conversationDatabase() {
    return conversationDatabase;
  }

  void conversation(@Nullable ScramConversation value, String database) {
    conversation = value;
    conversationDatabase = database;
  }

  /** Keeps the client's metadata; false when it was sent before. */
  boolean introduce(Document metadata) {
    if (helloSeen) {
      return false;
    }
    helloSeen = true;
    client = metadata;
    return true;
  }

  /** {@code application.name} of the handshake; empty when there was none. */
  String applicationName() {
    return client.get("application") instanceof Document application
            && application.get("name") instanceof String name
        ? name
        : "";
  }

  ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not connected yet");
    }
    return context;
  }

  boolean isOpen() {
    return context().channel().isActive();
  }

  String remoteAddress() {
    return context().channel().remoteAddress() instanceof InetSocketAddress remote
        ? remote.getHostString() + ":" + remote.getPort()
        : "";
  }

  void close() {
    var _ = context().close();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    server.opened(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    server.closed(this);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
    WireRequest request = WireFrames.decode(frame);
    synchronized (waiting) {
      waiting.add(request);
      if (busy) {
        return;
      }
      busy = true;
    }
    server.execute(this::drain);
  }

  private void drain() {
    while (true) {
      WireRequest request;
      synchronized (waiting) {
        request = waiting.poll();
        if (request == null) {
          busy = false;
          return;
        }
      }
      serve(request);
    }
  }

  private void serve(WireRequest request) {
    ChannelHandlerContext ctx = context();
    try {
      ByteBuf reply = server.commands().answer(this, request);
      if (request.moreToCome()) {
        reply.release();
      } else {
        var _ = ctx.writeAndFlush(reply, ctx.voidPromise());
      }
    } catch (FailPoint.ConnectionLost lost) {
      var _ = ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.atDebug()
        .addKeyValue("connection", id)
        .addKeyValue("cause", cause.toString())
        .log("sandbox connection closed");
    var _ = ctx.close();
  }
}
