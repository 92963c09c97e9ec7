package io.tidegate.link;

import java.time.Duration;
import java.util.List;

/** Where a gateway puts what was asked of a recording. For one thread. */
public interface RecordingSink {
  /**
   * Sends some entries, waiting while the reader is behind.
   *
   * @return false if nobody reads any more: stop
   */
  boolean send(List<RecordedEntry> entries) throws InterruptedException;

  /** False once nobody reads any more. */
  boolean open();

  /**
   * Waits for more to be recorded, or for the reader to leave.
   *
   * @return false if nobody reads any more
   */
  boolean pause(Duration atMost) throws InterruptedException;
}
