package io.tidegate.link;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * The control plane's first words to a gateway.
 *
 * @param leaseKeys the keys whose leases the gateway may believe, all of them
 * @param authority of the certificates that holders of leases present
 * @param serverTime the control plane's clock, for the gateway to warn about its own
 */
public record Welcome(List<LeaseKey> leaseKeys, X509Certificate authority, Instant serverTime) {
  public Welcome {
    leaseKeys = List.copyOf(leaseKeys);
  }
}
