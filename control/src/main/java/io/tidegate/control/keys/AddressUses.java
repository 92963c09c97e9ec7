package io.tidegate.control.keys;

import io.tidegate.access.Cidr;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls from admitted addresses that are not yet written down. Safe for any thread. */
final class AddressUses {

  /** Calls from one range of one program. */
  record Use(String programId, Cidr range, long count, Instant lastAt, String lastAddress) {}

  private record Key(String programId, Cidr range) {}

  private final Map<Key, Use> pending = new HashMap<>();
  private Instant written;

  AddressUses(Instant now) {
    this.written = now;
  }

  synchronized void count(String programId, Cidr range, String address, Instant now) {
    pending.merge(
        new Key(programId, range),
        new Use(programId, range, 1, now, address),
        (before, one) -> new Use(programId, range, before.count() + 1, now, address));
  }

  /** Whether nothing was written since then, so that somebody should. */
  synchronized boolean due(Instant since) {
    return written.isBefore(since);
  }

  synchronized List<Use> take(Instant now) {
    List<Use> taken = new ArrayList<>(pending.values());
    pending.clear();
    written = now;
    return taken;
  }
}
