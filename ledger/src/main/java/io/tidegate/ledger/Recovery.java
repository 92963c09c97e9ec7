package io.tidegate.ledger;

/** What {@link Ledger#open} found behind the last signed head. */
public sealed interface Recovery {
  /** The ledger was new, or had been closed, or nothing had come after the last signed head. */
  record Clean() implements Recovery {}

  /**
   * The process before ended without closing the ledger.
   *
   * @param acceptedEntries whole, authentic entries behind the last signed head, now under a new
   *     one
   * @param cutBytes bytes of a group that had not been written whole, and so was never
   *     acknowledged; now cut off
   * @param headRepaired whether one of the two head slots was unreadable and was written anew
   */
  record AfterCrash(long acceptedEntries, long cutBytes, boolean headRepaired) implements Recovery {
    /** One sentence for the log. */
    public String sentence() {
      return "The ledger had not been closed: %d entries behind its last signed head are authentic and kept, %d bytes of an unfinished write are cut off%s."
          .formatted(
              acceptedEntries, cutBytes, headRepaired ? ", a torn head slot is repaired" : "");
    }
  }
}
