package io.tidegate.link;

import java.time.Duration;
import java.util.List;

/** A recording as the control plane reads it from a gateway. For one thread; close when done. */
public interface RecordingReader extends AutoCloseable {
  /** Waits for the next part, for at most {@code atMost}. */
  Part next(Duration atMost) throws InterruptedException;

  /** Stops reading; the gateway is told. */
  @Override
  void close();

  /** What a reader gets. */
  sealed interface Part {
    /** Some entries, in order. */
    record Entries(List<RecordedEntry> entries) implements Part {
      public Entries {
        entries = List.copyOf(entries);
      }
    }

    /** Nothing came in time; there may be more. */
    record Nothing() implements Part {}

    /** All that was asked for has come. */
    record Done() implements Part {}

    /** There will be no more, though there should be. */
    record Failed(String sentence) implements Part {}
  }
}
