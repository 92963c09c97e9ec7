package io.tidegate.control.lease;

import io.tidegate.access.Lease;
import io.tidegate.link.SignedLease;
import io.tidegate.link.trust.PublicSealingKey;

/** Gives leases the form that gateways believe. */
public interface LeaseSealing {

  /**
   * The account as one lease carries it to one gateway.
   *
   * @throws io.tidegate.control.platform.Refused when there is no such account any more
   */
  Lease.LeaseAccount account(
      String accountId, String accountName, String leaseId, PublicSealingKey gateway);

  SignedLease sign(Lease lease);
}
