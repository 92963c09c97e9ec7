package io.tidegate.ledger;

/** Whether a ledger takes entries. */
public sealed interface LedgerState {
  /** It does. */
  record Open() implements LedgerState {}

  /**
   * A write failed, and every append since is refused.
   *
   * @param sentence why, and what to do
   */
  record Broken(String sentence) implements LedgerState {}

  /** It was closed. */
  record Closed() implements LedgerState {}
}
