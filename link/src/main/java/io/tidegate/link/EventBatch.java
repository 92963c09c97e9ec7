package io.tidegate.link;

import java.util.List;

/**
 * Events in the order they happened, delivered at least once: after a loss of the link the same
 * numbers come again.
 *
 * @param epoch of the gateway's run; numbers restart with it
 * @param firstSequence of the first event; the others follow without gaps
 */
public record EventBatch(String epoch, long firstSequence, List<SessionEvent> events) {
  public EventBatch {
    events = List.copyOf(events);
  }

  public long lastSequence() {
    return firstSequence + events.size() - 1;
  }

  /** What of the batch is new to one who has seen everything through {@code sequence}. */
  public List<SessionEvent> after(long sequence) {
    if (sequence < firstSequence) {
      return events;
    }
    return events.subList(
        (int) Math.min(events.size(), sequence - firstSequence + 1), events.size());
  }
}
