package io.tidegate.gateway.listen;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.session.Milestone;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands at the end of a new connection's pipeline until the client has said who it is: gives it a
 * deadline for its first words, and closes it when too many others are at the door. Then it goes.
 */
public final class Doorkeeper extends ChannelInboundHandlerAdapter {
  private final HalfOpenLimit limit;
  private final GatewayMetrics metrics;
  private final Duration deadline;
  private @Nullable ScheduledFuture<?> timer;
  private boolean counted;

  public Doorkeeper(HalfOpenLimit limit, GatewayMetrics metrics, Duration deadline) {
    this.limit = limit;
    this.metrics = metrics;
    this.deadline = deadline;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (!limit.enter()) {
      metrics.turnAway();
      ctx.close();
      return;
    }
    counted = true;
    timer = ctx.executor().schedule(() -> expire(ctx), deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void expire(ChannelHandlerContext ctx) {
    metrics.turnAway();
    ctx.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Milestone milestone) {
      switch (milestone) {
        case GREETED -> stopTimer();
        case IDENTIFIED -> ctx.pipeline().remove(this);
      }
      return;
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    letGo();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    letGo();
  }

  private void letGo() {
    stopTimer();
    if (counted) {
      counted = false;
      limit.leave();
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
