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
 * deadline, and closes it when too many others are at the door. Then it goes.
 *
 * <p>A driver's monitor says hello and never who it is. So who has said hello may stay, in a place
 * among the monitors and no more at the door; when these are all taken the deadline stands.
 */
public final class Doorkeeper extends ChannelInboundHandlerAdapter {
  private final HalfOpenLimit limit;
  private final HalfOpenLimit monitors;
  private final Runnable identified;
  private final GatewayMetrics metrics;
  private final Duration deadline;
  private @Nullable ScheduledFuture<?> timer;
  private boolean counted;
  private boolean monitor;

  /**
   * @param limit of those at the door of one listener
   * @param monitors of those of this listener that said hello only
   * @param identified runs when the client has said who it is
   */
  public Doorkeeper(
      HalfOpenLimit limit,
      HalfOpenLimit monitors,
      GatewayMetrics metrics,
      Duration deadline,
      Runnable identified) {
    this.limit = limit;
    this.monitors = monitors;
    this.identified = identified;
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
        case GREETED -> greeted();
        case IDENTIFIED -> {
          identified.run();
          ctx.pipeline().remove(this);
        }
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

  private void greeted() {
    if (!monitor && monitors.enter()) {
      letGo();
      monitor = true;
    }
  }

  private void letGo() {
    stopTimer();
    if (monitor) {
      monitor = false;
      monitors.leave();
    }
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
