package io.tidegate.ledger;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;

/**
 * One entry as it was read back.
 *
 * @param index position in the ledger, from 0, without gaps
 * @param at when it was appended, to the microsecond
 * @param stream the name it was appended under, for instance a session's id
 * @param payload the bytes, as appended; not copied, so do not change them
 */
public record Entry(long index, Instant at, String stream, byte[] payload) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Entry that
        && index == that.index
        && at.equals(that.at)
        && stream.equals(that.stream)
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(index, at, stream, Arrays.hashCode(payload));
  }

  /** Leaves the payload out: what people did is not for logs. */
  @Override
  public String toString() {
    return "Entry[index=%d, at=%s, stream=%s, payload=<%d bytes>]"
        .formatted(index, at, stream, payload.length);
  }
}
