package io.tidegate.control.cluster;

/** Opens the stored secrets of accounts: for making leases, and for nothing else. */
public interface Credentials {
  Credential of(String accountId);
}
