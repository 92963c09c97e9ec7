package io.tidegate.gateway.link;

import io.tidegate.link.trust.GatewayCredentials;

/** Hears what becomes of the gateway's place at the control plane. */
@FunctionalInterface
public interface Membership {
  /** The next credentials, to be kept before they are used. */
  void renewed(GatewayCredentials credentials);

  /**
   * The place is lost: every session has been ended, and the link does not dial again.
   *
   * @param sentence for the operator, with what to do next
   */
  default void dismissed(String sentence) {}
}
