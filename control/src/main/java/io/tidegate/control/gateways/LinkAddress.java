package io.tidegate.control.gateways;

/** Where gateways dial in. */
@FunctionalInterface
public interface LinkAddress {
  /** The port that listens. */
  int port();
}
