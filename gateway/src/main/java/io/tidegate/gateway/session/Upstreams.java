package io.tidegate.gateway.session;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** The contract of the stage that forwards. */
public interface Upstreams {
  /**
   * Opens a connection to the session's target and signs in; the listener hears the outcome, and
   * all that follows, on the loop.
   */
  void open(Session session, EventLoop loop, Upstream.Listener listener);

  /**
   * Opens a connection, signs in and closes it: shows whether the session's credential is good.
   * Blocks.
   *
   * @return null when it is, else why not
   */
  Upstream.@Nullable Failure signInOnce(Session session) throws InterruptedException;

  /**
   * Clears up behind a session that has ended: its running operations, its transactions, its
   * cursors. Best effort, in bounded time; any thread.
   */
  void clearUp(Session session);
}
