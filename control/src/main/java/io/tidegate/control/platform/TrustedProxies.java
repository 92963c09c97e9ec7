package io.tidegate.control.platform;

import io.tidegate.access.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose word is taken for where a request came from. Each proxy appends the address it heard to
 * {@code X-Forwarded-For}, so the list is read from its end: as long as the speaker is a trusted
 * proxy, what it says is believed. Everything further left may have been written by anybody.
 */
public final class TrustedProxies {
  private final List<Cidr> ranges;

  private TrustedProxies(List<Cidr> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /**
   * @param ranges addresses or CIDR ranges; none trusts nobody
   * @throws IllegalArgumentException with a sentence for people, when one is neither
   */
  public static TrustedProxies of(List<String> ranges) {
    List<Cidr> parsed = new ArrayList<>();
    for (String range : ranges) {
      try {
        parsed.add(Cidr.parse(range.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "'" + range + "' is no address or range of a trusted proxy: " + e.getMessage(), e);
      }
    }
    return new TrustedProxies(parsed);
  }

  /** Whether what the peer says of others is believed. */
  public boolean trusts(String peer) {
    return literal(peer).filter(this::trusts).isPresent();
  }

  private boolean trusts(InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  /**
   * Where a request came from: the last address of the chain that is not a trusted proxy's.
   *
   * @param peer who is connected
   * @param forwarded the values of {@code X-Forwarded-For}, in order
   */
  public String client(String peer, List<String> forwarded) {
    List<String> chain = new ArrayList<>();
    forwarded.forEach(value -> chain.addAll(List.of(value.split(",", -1))));
    String client = peer;
    for (int i = chain.size() - 1; i >= 0 && trusts(client); i--) {
      Optional<InetAddress> said = literal(withoutPort(chain.get(i).strip()));
      if (said.isEmpty()) {
        // "unknown", or nonsense: nobody further left was heard by somebody who is believed.
        return client;
      }
      client = said.get().getHostAddress();
    }
    return client;
  }

  /** Some proxies write {@code 192.0.2.7:49152} and {@code [2001:db8::7]:49152}. */
  private static String withoutPort(String address) {
    if (address.startsWith("[")) {
      int end = address.indexOf(']');
      return end < 0 ? address : address.substring(1, end);
    }
    int colon = address.indexOf(':');
    return colon >= 0 && colon == address.lastIndexOf(':') ? address.substring(0, colon) : address;
  }

  private static Optional<InetAddress> literal(String text) {
    try {
      Cidr one = text.indexOf('/') < 0 ? Cidr.parse(text) : null;
      return Optional.ofNullable(one).map(Cidr::network);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
