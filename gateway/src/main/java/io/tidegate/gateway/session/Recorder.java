package io.tidegate.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** The contract of the stage that records: nothing is forwarded that it has not taken. */
public interface Recorder {
  /** The way in for one event loop; to be used on that loop only. */
  Lane lane(EventLoop loop);

  /** Null while it can write; else the sentence that says why it cannot. */
  @Nullable String failure();

  /** One event loop's way into the recorder. */
  interface Lane {
    /**
     * Takes a command and its message, of which it keeps its own reference or a copy. False when
     * there is no room now: nothing is taken, and {@code retry} will run on the loop when there is.
     */
    boolean begin(Exchange exchange, ByteBuf frame, Runnable retry);

    /** Takes what came of a command that was begun. */
    void finish(Exchange exchange);
  }
}
