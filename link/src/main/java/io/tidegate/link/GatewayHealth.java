package io.tidegate.link;

import java.time.Instant;
import java.util.List;

/**
 * How a gateway is doing.
 *
 * @param leases held now
 * @param connections of people, open now
 * @param ledgerIndex of the last entry of the gateway's ledger, -1 if it is empty
 * @param ledgerHash of that entry, empty if there is none: keeping it elsewhere makes a cut tail
 *     show
 */
public record GatewayHealth(
    Instant at,
    int leases,
    int connections,
    long ledgerIndex,
    byte[] ledgerHash,
    List<TargetHealth> targets) {
  public GatewayHealth {
    targets = List.copyOf(targets);
  }

  /** Whether one database can be reached from the gateway, and what is wrong if not. */
  public record TargetHealth(String resourceId, boolean reachable, String detail) {}
}
