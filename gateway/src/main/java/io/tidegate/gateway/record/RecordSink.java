package io.tidegate.gateway.record;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Where the recorder writes; in the product a ledger. One thread calls it. */
@FunctionalInterface
public interface RecordSink {
  /**
   * Writes entries, all or none, and returns when they are written.
   *
   * @return the index of the first; the others follow without gaps
   * @throws IOException when they could not be written
   */
  long write(Instant at, List<Item> items) throws IOException;

  /**
   * One entry to be.
   *
   * @param stream the session's id
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
  record Item(String stream, byte[] payload) {}
}
