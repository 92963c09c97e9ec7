package io.tidegate.gateway.record;

import io.tidegate.ledger.Batch;
import io.tidegate.ledger.Ledger;
import io.tidegate.ledger.LedgerException;
import io.tidegate.ledger.LedgerState;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * The recordings' ledger, which it opens anew after a failed write: a full disk that has room again
 * needs no restart.
 */
public final class LedgerSink implements RecordSink, AutoCloseable {
  private final Opener opener;
  private final Batch batch = new Batch();
  private volatile Ledger ledger;

  /** Opens the ledger; each time the same. */
  @FunctionalInterface
  public interface Opener {
    Ledger open() throws LedgerException;
  }

  /**
   * @throws LedgerException when the ledger cannot be opened now
   */
  public LedgerSink(Opener opener) throws LedgerException {
    this.opener = opener;
    this.ledger = opener.open();
  }

  @Override
  public long write(Instant at, List<Item> items) throws IOException {
    try {
      if (!(ledger.state() instanceof LedgerState.Open)) {
        ledger.close();
        ledger = opener.open();
      }
      batch.clear();
      for (Item item : items) {
        batch.add(item.stream(), at, item.payload());
      }
      return ledger.write(batch);
    } catch (LedgerException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  public Ledger ledger() {
    return ledger;
  }

  @Override
  public void close() {
    ledger.close();
  }
}
