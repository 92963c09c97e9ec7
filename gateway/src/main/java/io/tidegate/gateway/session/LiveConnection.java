package io.tidegate.gateway.session;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;

/** A connection as its session sees it. */
public interface LiveConnection {
  /** Where its methods must be called, but {@link #busy}. */
  EventLoop loop();

  /** Whether a request is under way; a glance from any thread. */
  boolean busy();

  /** Tells the client why, if it waits for an answer, and closes both sides. */
  void end(Ending ending);

  /**
   * The same, but what is at the target and changes something there may still be answered.
   *
   * @param grace how long at most
   */
  void expire(Ending ending, Duration grace);

  /** Closes with the reason if the session's newest lease no longer admits it. */
  void reconsider(Instant now);

  /** Closes as soon as no request is under way, if it is signed in at another node. */
  void leaveNode(String currentNode);
}
