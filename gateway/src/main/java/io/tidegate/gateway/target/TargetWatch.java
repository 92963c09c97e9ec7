package io.tidegate.gateway.target;

import java.time.Duration;

/** A share in the watcher of one target. Safe for any thread. */
public interface TargetWatch {
  /** What is known now. */
  TargetView view();

  /** Waits until there is a node, but no longer than this; then what is known. Blocks. */
  TargetView await(Duration atMost) throws InterruptedException;

  /** How to reach the target's nodes. */
  Dialler dialler();

  /** Something looked wrong: ask the target now rather than at the next period. */
  void checkNow();

  /** Gives the share back; when the last is back, the watching stops. */
  void release();
}
