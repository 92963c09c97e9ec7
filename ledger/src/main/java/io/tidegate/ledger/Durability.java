package io.tidegate.ledger;

/** What an acknowledged append has survived. */
public enum Durability {
  /**
   * Every group is forced to the disk and covered by a signed head before its entries are
   * acknowledged: they survive a power cut, and cutting any of them off is found. For the audit
   * log.
   */
  FSYNC,
  /**
   * Every group is handed to the operating system before its entries are acknowledged: they survive
   * {@code kill -9}, not a power cut. A thread of the ledger forces the disk and signs a head every
   * {@link LedgerOptions#syncInterval()}. For recordings.
   */
  WRITE
}
