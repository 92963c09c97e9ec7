package io.tidegate.control.gateways;

/** Where gateways dial in. */
public interface LinkAddress {
  /** The port that listens. */
  int port();

  /**
   * What a gateway elsewhere dials, as host:port.
   *
   * @param portalHost the name that the reader reaches the portal by: it stands in where the link
   *     listens everywhere, which is no address to dial
   */
  String dialled(String portalHost);
}
