package io.tidegate.link;

import java.time.Instant;
import java.util.Arrays;

/**
 * One entry of a session's recording.
 *
 * @param index in the gateway's ledger
 * @param payload as the gateway recorded it
 */
public record RecordedEntry(long index, Instant at, byte[] payload) {
  @Override
  public boolean equals(Object other) {
    return other instanceof RecordedEntry entry
        && index == entry.index
        && at.equals(entry.at)
        && Arrays.equals(payload, entry.payload);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(index);
  }

  @Override
  public String toString() {
    return "RecordedEntry[" + index + ", " + at + ", payload=<hidden>]";
  }
}
