package io.tidegate.control.lease;

/** Where a lease stands. Legal moves are down the list only. */
public enum LeaseStatus {
  /** Written down before it is pushed: the gateway may have it. */
  WANTED,
  /** The gateway said that it enforces it. */
  HELD,
  /** Must go; the gateway is told until it says that it has gone. */
  REVOKING,
  /** Gone for certain. */
  GONE
}
