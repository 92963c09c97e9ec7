package io.tidegate.ledger;

import java.util.concurrent.CompletionStage;

/** A consumer that follows a ledger; see {@link Ledger#follow}. */
public interface Subscription extends AutoCloseable {
  /**
   * Completes when the following has ended: by {@link #close}, by closing the ledger, or with what
   * the consumer or the disk threw.
   */
  CompletionStage<Void> ended();

  /** Ends the following; an entry being consumed is finished. */
  @Override
  void close();
}
