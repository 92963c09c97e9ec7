package io.tidegate.gateway.link;

import org.jspecify.annotations.Nullable;

/** Where direct clients of a cluster are let in. */
@FunctionalInterface
public interface ClusterPorts {
  /** Listens on this port for this cluster; blocks. Null when it does, else why it cannot. */
  @Nullable String open(String resourceId, int port);
}
