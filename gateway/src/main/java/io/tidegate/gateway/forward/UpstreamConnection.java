package io.tidegate.gateway.forward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.tidegate.gateway.session.Upstream;
import io.tidegate.gateway.target.Dialler;
import io.tidegate.gateway.target.HostPort;
import io.tidegate.wire.DroppedFrame;
import io.tidegate.wire.FramePart;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.WireMessage;
import io.tidegate.wire.sasl.ScramLogin;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a target: says hello, signs in, and then passes frames on.
 *
 * <pre>
 *   Connecting ──▶ Greeting ──▶ SigningIn ──▶ Open ──▶ Closed
 *        └────────────┴─────────────┴── failed ──────────▲
 * </pre>
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements Upstream {
  private enum Phase {
    CONNECTING,
    GREETING,
    SIGNING_IN,
    OPEN,
    CLOSED
  }

  private final HostPort node;
  private final String application;
  private final UpstreamSignIn signIn;
  private final Listener listener;
  private Phase phase = Phase.CONNECTING;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean dirty;
  private int requestId;

  UpstreamConnection(HostPort node, String application, UpstreamSignIn signIn, Listener listener) {
    this.node = node;
    this.application = application;
    this.signIn = signIn;
    this.listener = listener;
  }

  void giveUpAfter(EventLoop loop, Duration time) {
    deadline =
        loop.schedule(
            () ->
                fail(
                    new Failure(Failure.UNREACHABLE, node + " did not finish the sign-in in time")),
            time.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  void notConnected(Throwable cause) {
    fail(
        new Failure(
            Dialler.tlsFailed(cause) ? Failure.TLS : Failure.UNREACHABLE,
            Dialler.describe(node, cause)));
  }

  private void fail(Failure failure) {
    switch (phase) {
      case CONNECTING, GREETING, SIGNING_IN -> {
        phase = Phase.CLOSED;
        end();
        listener.failed(failure);
      }
      case OPEN, CLOSED -> {}
    }
  }

  private void end() {
    stopDeadline();
    if (context != null) {
      context.close();
    }
  }

  private void stopDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  // The handshake.

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    if (phase != Phase.CONNECTING) {
      ctx.close();
      return;
    }
    phase = Phase.GREETING;
    say(ctx, HandshakeDocument.of(application, signIn.mechanismsAskedFor(), signIn.speculative()));
  }

  private void say(ChannelHandlerContext ctx, BsonDocument command) {
    ctx.writeAndFlush(OpMsg.encode(ctx.alloc(), ++requestId, 0, 0, command));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case ByteBuf frame -> whole(ctx, frame);
      case FramePart part -> {
        if (phase == Phase.OPEN) {
          listener.replyPart(part.bytes(), part.last());
        } else {
          part.bytes().release();
        }
      }
      case DroppedFrame reply -> {
        if (phase == Phase.OPEN) {
          listener.dropped(reply);
        }
      }
      default -> ctx.fireChannelRead(message);
    }
  }

  /** Whether a large reply passes in parts, by its first bytes. */
  boolean inParts(ByteBuf head) {
    return phase == Phase.OPEN && listener.inParts(head);
  }

  private void whole(ChannelHandlerContext ctx, ByteBuf frame) {
    switch (phase) {
      case OPEN -> listener.reply(frame);
      case GREETING, SIGNING_IN -> {
        BsonDocument reply;
        try {
          reply =
              WireMessage.parseReply(frame) instanceof OpMsg answer
                  ? answer.body().toBsonDocument()
                  : new BsonDocument();
        } finally {
          frame.release();
        }
        follow(ctx, reply);
      }
      case CONNECTING, CLOSED -> frame.release();
    }
  }

  private void follow(ChannelHandlerContext ctx, BsonDocument reply) {
    boolean greeting = phase == Phase.GREETING;
    if (greeting && (!reply.isNumber("ok") || reply.getNumber("ok").intValue() != 1)) {
      String said = reply.get("errmsg") instanceof BsonString text ? text.getValue() : "no reason";
      fail(new Failure(Failure.PROTOCOL, node + " refused the handshake: " + said));
      return;
    }
    phase = Phase.SIGNING_IN;
    if (!signIn.slow()) {
      act(ctx, step(greeting, reply));
      return;
    }
    Thread.ofVirtual()
        .start(() -> {
          ScramLogin.Step step = step(greeting, reply);
          ctx.executor().execute(() -> act(ctx, step));
        });
  }

  private ScramLogin.Step step(boolean greeting, BsonDocument reply) {
    return greeting ? signIn.greeted(reply) : signIn.answered(reply);
  }

  private void act(ChannelHandlerContext ctx, ScramLogin.Step step) {
    if (phase != Phase.SIGNING_IN) {
      return;
    }
    switch (step) {
      case ScramLogin.Send send -> say(ctx, send.command());
      case ScramLogin.LoggedIn in -> {
        stopDeadline();
        phase = Phase.OPEN;
        listener.opened(this);
      }
      case ScramLogin.Failed failed ->
          fail(
              new Failure(
                  Failure.AUTHENTICATION,
                  node
                      + " did not take the stored user name and password ("
                      + failed.sentence()
                      + "); correct the account in Tidegate"));
    }
  }

  // Open.

  @Override
  public String node() {
    return node.toString();
  }

  @Override
  public void write(ByteBuf frame) {
    ChannelHandlerContext open = context;
    if (open == null || phase != Phase.OPEN) {
      frame.release();
      return;
    }
    dirty = true;
    open.write(frame, open.voidPromise());
  }

  @Override
  public void flush() {
    ChannelHandlerContext open = context;
    if (dirty && open != null) {
      dirty = false;
      open.flush();
    }
  }

  @Override
  public boolean writable() {
    return context != null && context.channel().isWritable();
  }

  @Override
  public void reading(boolean on) {
    if (context != null) {
      context.channel().config().setAutoRead(on);
    }
  }

  @Override
  public void close() {
    phase = Phase.CLOSED;
    end();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (phase == Phase.OPEN) {
      listener.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (phase == Phase.OPEN && ctx.channel().isWritable()) {
      listener.writabilityChanged();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (phase == Phase.OPEN) {
      phase = Phase.CLOSED;
      listener.closed();
    } else {
      fail(new Failure(Failure.UNREACHABLE, node + " closed the connection during the sign-in"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (phase == Phase.OPEN) {
      ctx.close();
    } else {
      notConnected(cause);
    }
  }
}
