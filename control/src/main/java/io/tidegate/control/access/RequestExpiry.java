package io.tidegate.control.access;

/** What reconciliation needs of requests, without a person asking. */
public interface RequestExpiry {
  /**
   * Closes requests that nobody decided in time.
   *
   * @return how many
   */
  int expireOverdue();
}
