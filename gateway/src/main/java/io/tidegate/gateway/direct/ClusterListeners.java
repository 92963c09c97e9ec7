package io.tidegate.gateway.direct;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports that are open, each for one cluster. Blocks while a port is bound: not for event loops.
 */
public final class ClusterListeners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterListeners.class);

  private final Binder binder;
  private final Map<Integer, Open> open = new HashMap<>();

  /** Ports that could not be bound and were told of. */
  private final Map<Integer, String> failed = new HashMap<>();

  private boolean closed;

  private record Open(String resourceId, AutoCloseable listener) {}

  /** Begins to listen. */
  @FunctionalInterface
  public interface Binder {
    /**
     * @throws IOException when the port cannot be bound, with what to do about it
     */
    AutoCloseable bind(String resourceId, int port) throws IOException;
  }

  public ClusterListeners(Binder binder) {
    this.binder = binder;
  }

  /** Listens on this port for this cluster; null when it does, else why it cannot. */
  public synchronized @Nullable String open(String resourceId, int port) {
    if (closed) {
      return "the gateway is being stopped";
    }
    Open there = open.get(port);
    if (there != null) {
      return there.resourceId.equals(resourceId)
          ? null
          : "port " + port + " of the gateway belongs to another cluster; give each its own";
    }
    try {
      open.put(port, new Open(resourceId, binder.bind(resourceId, port)));
      failed.remove(port);
      LOG.atInfo()
          .addKeyValue("resource", resourceId)
          .addKeyValue("port", port)
          .log("listening for direct clients");
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Listens on these ports and on no others.
   *
   * @param wanted by the cluster's resource
   * @return false when a port cannot be bound: ask again in a while
   */
  public synchronized boolean settle(Map<String, Set<Integer>> wanted) {
    open.entrySet()
        .removeIf(entry -> {
          Open listener = entry.getValue();
          if (wanted.getOrDefault(listener.resourceId, Set.of()).contains(entry.getKey())) {
            return false;
          }
          close(listener, entry.getKey());
          return true;
        });
    boolean all = true;
    for (Map.Entry<String, Set<Integer>> cluster : wanted.entrySet()) {
      for (int port : cluster.getValue()) {
        String why = open(cluster.getKey(), port);
        if (why != null) {
          all = false;
          if (!why.equals(failed.put(port, why))) {
            LOG.atError().addKeyValue("resource", cluster.getKey()).log(why);
          }
        }
      }
    }
    return all;
  }

  private static void close(Open listener, int port) {
    try {
      listener.listener.close();
      LOG.atInfo()
          .addKeyValue("resource", listener.resourceId)
          .addKeyValue("port", port)
          .log("no longer listening for direct clients");
    } catch (Exception e) {
      LOG.atError().setCause(e).addKeyValue("port", port).log("a listener could not be closed");
    }
  }

  /** Stops listening; accepted connections stay. */
  @Override
  public synchronized void close() {
    closed = true;
    open.forEach((port, listener) -> close(listener, port));
    open.clear();
  }
}
