package io.tidegate.access;

import java.net.InetAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * From where a lease may be used. A client that comes by a private endpoint is judged by the
 * endpoint alone: its address is one of somebody's private network, and may be like anybody's.
 *
 * @param anywhere no rule at all; for tunnels, whose certificate is proof enough
 * @param ranges client addresses that are let in
 * @param endpoints private endpoints that are let in
 */
public record Network(boolean anywhere, List<Range> ranges, List<Endpoint> endpoints) {
  /** No rule at all. */
  public static final Network ANYWHERE = new Network(true, List.of(), List.of());

  public Network {
    ranges = List.copyOf(ranges);
    endpoints = List.copyOf(endpoints);
    if (anywhere && !(ranges.isEmpty() && endpoints.isEmpty())) {
      throw new IllegalArgumentException("anywhere needs no ranges or endpoints");
    }
  }

  /** These addresses for as long as the lease holds, and no private endpoints. */
  public static Network of(Cidr... ranges) {
    return new Network(
        false, List.of(ranges).stream().map(range -> new Range(range, null)).toList(), List.of());
  }

  /**
   * Addresses that are let in.
   *
   * @param until first instant at which they are no longer; null for as long as the lease holds
   */
  public record Range(Cidr addresses, @Nullable Instant until) {
    public Range {
      // As the encoding knows it, so that encoding loses nothing.
      until = until == null ? null : until.truncatedTo(ChronoUnit.MILLIS);
    }

    boolean holdsAt(Instant now) {
      return until == null || now.isBefore(until);
    }
  }

  /** Whose private endpoint it is. */
  public enum Cloud {
    /** AWS PrivateLink. */
    AWS,
    /** Azure Private Link. */
    AZURE,
    /** Google Cloud Private Service Connect. */
    GCP
  }

  /**
   * One private endpoint.
   *
   * @param id as load balancers send it: {@code vpce-…} of AWS, Azure's link id and Google's
   *     connection id in decimal
   */
  public record EndpointId(Cloud cloud, String id) {
    @Override
    public String toString() {
      return cloud.name().toLowerCase(Locale.ROOT) + ":" + id;
    }
  }

  /**
   * A private endpoint that is let in.
   *
   * @param advertisedAddress {@code host:port} by which clients behind it reach the gateway, told
   *     to their drivers; null for the lease's own
   */
  public record Endpoint(EndpointId id, @Nullable String advertisedAddress) {}

  /**
   * Where a client connection comes from.
   *
   * @param address the client's own, through whatever load balancers
   * @param endpoint the private endpoint that it came by, null for none
   */
  public record Origin(InetAddress address, @Nullable EndpointId endpoint) {
    public Origin {
      address = Cidr.plain(address);
    }

    @Override
    public String toString() {
      return address.getHostAddress() + (endpoint == null ? "" : " by " + endpoint);
    }
  }

  /** Whether a client from there is let in at that instant. */
  public boolean admits(Origin origin, Instant now) {
    if (anywhere) {
      return true;
    }
    EndpointId endpoint = origin.endpoint();
    if (endpoint != null) {
      return endpoint(endpoint) != null;
    }
    for (Range range : ranges) {
      if (range.holdsAt(now) && range.addresses().contains(origin.address())) {
        return true;
      }
    }
    return false;
  }

  /** Whether an address that was let in at the first instant may no longer be at the second. */
  public boolean endsBetween(Instant from, Instant to) {
    for (Range range : ranges) {
      if (range.until() != null && range.holdsAt(from) && !range.holdsAt(to)) {
        return true;
      }
    }
    return false;
  }

  /** What is said of the private endpoint, or null when it is not let in. */
  public @Nullable Endpoint endpoint(EndpointId id) {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.id().equals(id)) {
        return endpoint;
      }
    }
    return null;
  }
}
