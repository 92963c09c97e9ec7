package io.tidegate.control.audit;

import java.util.List;
import java.util.function.ObjLongConsumer;

/** The tamper-evident log behind the trail, as the appender needs it. */
interface AuditLedger extends AutoCloseable {

  /**
   * Appends in order; durable when this returns.
   *
   * @return the index of the last entry
   * @throws LedgerUnavailable when it cannot be written
   */
  long append(List<byte[]> payloads);

  /** Gives all entries of the trail from an index on, in order, with their index. */
  void read(long fromIndex, ObjLongConsumer<byte[]> each);

  /** Checks the files. */
  List<AuditTrail.Finding> verify();

  /** How many entries there are. */
  long entries();

  @Override
  void close();

  /** The ledger cannot be written or read now. */
  final class LedgerUnavailable extends RuntimeException {
    LedgerUnavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
