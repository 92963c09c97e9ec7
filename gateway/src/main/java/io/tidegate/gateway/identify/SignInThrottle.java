package io.tidegate.gateway.identify;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Slows those down who guess: after a few failures of a name from an address, and after many of an
 * address, nothing is checked any more until a while has gone by. Names that nobody has are counted
 * like others, so a refusal tells nothing of who exists; and a name is only barred for the address
 * that failed, so nobody can lock another out. Safe for any thread.
 */
final class SignInThrottle {
  static final Duration WINDOW = Duration.ofSeconds(60);
  static final int FAILURES_OF_A_NAME = 10;
  static final int FAILURES_OF_AN_ADDRESS = 100;
  private static final int MOST_KEPT = 20_000;

  /** An IPv6 network gives each of its machines as many addresses as it likes. */
  private static final int IPV6_NETWORK = 8;

  /**
   * @param name null for all of the address together
   */
  private record Key(String address, @Nullable Object name) {}

  private static final class Count {
    private Instant since = Instant.MIN;
    private int failures;
    private boolean told;
  }

  private final Map<Key, Count> counts =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Count> eldest) {
          return size() > MOST_KEPT;
        }
      };

  /** Whether something is to be checked. */
  enum Ruling {
    CHECK,
    /** Barred from now on, and worth telling. */
    BARRED_FIRST,
    /** Barred, as was told before. */
    BARRED
  }

  /**
   * @param name whatever tells one user of one cluster from others
   */
  synchronized Ruling ruling(InetAddress from, Object name, Instant now) {
    String address = address(from);
    Ruling byName = ruling(new Key(address, name), FAILURES_OF_A_NAME, now);
    return byName == Ruling.CHECK
        ? ruling(new Key(address, null), FAILURES_OF_AN_ADDRESS, now)
        : byName;
  }

  private Ruling ruling(Key key, int most, Instant now) {
    Count count = counts.get(key);
    if (count == null || !now.isBefore(count.since.plus(WINDOW)) || count.failures < most) {
      return Ruling.CHECK;
    }
    boolean first = !count.told;
    count.told = true;
    return first ? Ruling.BARRED_FIRST : Ruling.BARRED;
  }

  synchronized void failed(InetAddress from, Object name, Instant now) {
    String address = address(from);
    count(new Key(address, name), now);
    count(new Key(address, null), now);
  }

  private void count(Key key, Instant now) {
    Count count = counts.computeIfAbsent(key, absent -> new Count());
    if (count.failures == 0 || !now.isBefore(count.since.plus(WINDOW))) {
      count.since = now;
      count.failures = 0;
      count.told = false;
    }
    count.failures++;
  }

  /** Who knows the password is no guesser. */
  synchronized void succeeded(InetAddress from, Object name) {
    counts.remove(new Key(address(from), name));
  }

  private static String address(InetAddress from) {
    byte[] bytes = from.getAddress();
    return HexFormat.of()
        .formatHex(from instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_NETWORK) : bytes);
  }
}
