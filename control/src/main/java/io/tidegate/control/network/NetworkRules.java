package io.tidegate.control.network;

import io.tidegate.access.Network;
import java.time.Instant;
import java.util.Optional;

/** What leases need of access lists, without a person asking. */
public interface NetworkRules {

  /** From where a project's applications are let in. */
  Network of(String projectId);

  /** Removes the entries whose time is over. */
  void removeOverdue();

  /** When the next one's is. */
  Optional<Instant> nextExpiry();
}
