package io.tidegate.gateway.session;

import io.tidegate.access.Binding;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The live sessions of direct clients, by cluster and by the name that they sign in with. Safe for
 * any thread.
 */
public final class Roster {
  /** The database of users whom another directory than MongoDB's own knows. */
  public static final String EXTERNAL = "$external";

  private final Map<Name, Session> users = new ConcurrentHashMap<>();
  private final Map<String, Cluster> clusters = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();

  /** A user of a cluster, as clients name it. */
  public record Name(String resourceId, String authDatabase, String username) {}

  private static final class Cluster {
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

    /** How many leases have each rule; most have the same. */
    private final Map<Network, Integer> networks = new ConcurrentHashMap<>();
  }

  Roster() {}

  /** Who signs in by this name; null when nobody does. */
  public @Nullable Session user(Name name) {
    return users.get(name);
  }

  /** The sessions of a cluster that direct clients can sign in to. */
  public Collection<Session> of(String resourceId) {
    Cluster cluster = clusters.get(resourceId);
    return cluster == null ? List.of() : cluster.sessions;
  }

  /** Whether any user of the cluster signs in by a certificate. */
  public boolean asksForCertificates(String resourceId) {
    for (Session session : of(resourceId)) {
      if (session.lease().binding() instanceof Binding.X509User) {
        return true;
      }
    }
    return false;
  }

  /** Whether any lease of the cluster admits a client from there. */
  public boolean admits(String resourceId, Network.Origin origin, Instant now) {
    Cluster cluster = clusters.get(resourceId);
    if (cluster == null) {
      return false;
    }
    for (Network network : cluster.networks.keySet()) {
      if (network.admits(origin, now)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The ports that each cluster is to listen on: those of the addresses that its leases advertise,
   * one but for the moment in which it moves.
   */
  public Map<String, Set<Integer>> ports() {
    Map<String, Set<Integer>> ports = new HashMap<>();
    clusters.forEach((resourceId, cluster) -> {
      for (Session session : cluster.sessions) {
        int port = portOf(session.lease());
        if (port > 0) {
          ports.computeIfAbsent(resourceId, none -> new HashSet<>()).add(port);
        }
      }
    });
    return ports;
  }

  /** The port of the address that a lease advertises; 0 when it has none. */
  public static int portOf(Lease lease) {
    String address = lease.advertisedAddress();
    try {
      int port = Integer.parseInt(address, address.lastIndexOf(':') + 1, address.length(), 10);
      return port > 0 && port <= 65_535 ? port : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Grows with every change. */
  public long changes() {
    return changes.get();
  }

  synchronized void enter(Session session) {
    Lease lease = session.lease();
    if (lease.binding() instanceof Binding.Tunnel || session.ending() != null) {
      return;
    }
    Cluster cluster =
        clusters.computeIfAbsent(lease.target().resourceId(), resource -> new Cluster());
    if (!cluster.sessions.add(session)) {
      return;
    }
    cluster.networks.merge(lease.network(), 1, Integer::sum);
    Name name = nameOf(lease);
    if (name != null) {
      users.put(name, session);
    }
    changes.incrementAndGet();
  }

  /**
   * @param lease the one that the session entered with
   */
  synchronized void leave(Session session, Lease lease) {
    Cluster cluster = clusters.get(lease.target().resourceId());
    if (cluster == null || !cluster.sessions.remove(session)) {
      return;
    }
    cluster.networks.computeIfPresent(
        lease.network(), (network, count) -> count == 1 ? null : count - 1);
    if (cluster.sessions.isEmpty()) {
      clusters.remove(lease.target().resourceId());
    }
    Name name = nameOf(lease);
    if (name != null && users.remove(name, session)) {
      for (Session other : cluster.sessions) {
        if (name.equals(nameOf(other.lease()))) {
          users.put(name, other);
        }
      }
    }
    changes.incrementAndGet();
  }

  private static @Nullable Name nameOf(Lease lease) {
    String resource = lease.target().resourceId();
    return switch (lease.binding()) {
      case Binding.ScramUser user -> new Name(resource, user.authDatabase(), user.username());
      case Binding.X509User user -> new Name(resource, EXTERNAL, SubjectNames.of(user.subject()));
      case Binding.LdapUser user -> new Name(resource, EXTERNAL, user.username());
      case Binding.LdapGroup group -> null;
      case Binding.Tunnel tunnel -> null;
    };
  }
}
