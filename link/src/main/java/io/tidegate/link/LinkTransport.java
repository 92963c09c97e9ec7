package io.tidegate.link;

/** How a gateway reaches the control plane. */
public sealed interface LinkTransport {
  /** Over the network, with TLS 1.3. The host is only dialled: certificates say who answers. */
  record Tls(String host, int port) implements LinkTransport {}

  /** Inside one process; the name is the one that {@link LinkServer#inProcess} was given. */
  record InProcess(String name) implements LinkTransport {}
}
