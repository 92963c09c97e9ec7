package io.tidegate.gateway.link;

import io.tidegate.link.RecordingQuery;
import io.tidegate.link.RecordingSink;
import io.tidegate.link.RecordingUnavailableException;

/** Reads recordings for the control plane. */
@FunctionalInterface
public interface Recordings {
  /**
   * Hands what is asked for to the sink. Blocks.
   *
   * @throws RecordingUnavailableException with the sentence that the reader sees
   */
  void read(RecordingQuery query, RecordingSink sink)
      throws InterruptedException, RecordingUnavailableException;
}
