package io.tidegate.control.application;

import io.tidegate.access.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A resource as far as leases to it go.
 *
 * @param account what applications reach it with; null when none are let in
 * @param terms how often target and account were changed
 * @param gatewayName null for any gateway
 */
record Served(
    Lease.Target target,
    String projectId,
    String projectName,
    String organizationId,
    @Nullable Account account,
    String terms,
    @Nullable String gatewayName,
    int port) {

  /** The account's id and name. */
  record Account(String id, String name) {}
}
