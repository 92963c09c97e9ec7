package io.tidegate.access;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A range of addresses, IPv4 or IPv6. An IPv4 address that comes as IPv6 ({@code ::ffff:10.0.0.1})
 * is the IPv4 address, in ranges and in what is held against them.
 *
 * @param network the first address; bits after the prefix are cleared
 * @param prefix 0 to 32 or 128
 */
public record Cidr(InetAddress network, int prefix) {
  private static final int MAPPED_BYTES = 12;

  /**
   * The JDK's reader also takes {@code 10.1} and {@code 010.0.0.1}, which mean different things.
   */
  private static final String OCTET = "(0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";

  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final Pattern PREFIX = Pattern.compile("0|[1-9]\\d{0,2}");

  // After the expressions that they are read by.

  /** Every IPv4 address. */
  public static final Cidr ANY_IPV4 = parse("0.0.0.0/0");

  /** Every IPv6 address. */
  public static final Cidr ANY_IPV6 = parse("::/0");

  public Cidr {
    byte[] bytes = plain(network).getAddress();
    if (prefix < 0 || prefix > bytes.length * Byte.SIZE) {
      throw new IllegalArgumentException(
          "a prefix of " + bytes.length * Byte.SIZE + " bits at most, not " + prefix);
    }
    for (int i = 0; i < bytes.length; i++) {
      int kept = Math.clamp(prefix - (long) i * Byte.SIZE, 0, Byte.SIZE);
      bytes[i] &= (byte) (0xff00 >> kept);
    }
    network = address(bytes);
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address alone, which is a range of one.
   *
   * @throws IllegalArgumentException when it is none of these, with a sentence for people
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    boolean six = address.indexOf(':') >= 0;
    if (!(six ? IPV6 : IPV4).matcher(address).matches()
        || (slash >= 0 && !PREFIX.matcher(text.substring(slash + 1)).matches())) {
      throw unreadable();
    }
    InetAddress network;
    try {
      network = InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException e) {
      throw unreadable();
    }
    int bits = network.getAddress().length * Byte.SIZE;
    if (slash < 0) {
      return new Cidr(network, bits);
    }
    int prefix = Integer.parseInt(text, slash + 1, text.length(), 10);
    if (six && network instanceof Inet4Address) {
      prefix -= MAPPED_BYTES * Byte.SIZE;
    }
    return new Cidr(network, prefix);
  }

  private static IllegalArgumentException unreadable() {
    return new IllegalArgumentException(
        "an IPv4 or IPv6 address or range is written like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32");
  }

  /** Whether the address lies in it. */
  public boolean contains(InetAddress address) {
    byte[] theirs = plain(address).getAddress();
    byte[] ours = network.getAddress();
    if (theirs.length != ours.length) {
      return false;
    }
    int whole = prefix / Byte.SIZE;
    if (!Arrays.equals(ours, 0, whole, theirs, 0, whole)) {
      return false;
    }
    int rest = prefix % Byte.SIZE;
    return rest == 0 || ((ours[whole] ^ theirs[whole]) & 0xff00 >> rest & 0xff) == 0;
  }

  /** The address itself, or the IPv4 address that it maps. */
  static InetAddress plain(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4 || bytes[10] != (byte) 0xff || bytes[11] != (byte) 0xff) {
      return address;
    }
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return address;
      }
    }
    return address(Arrays.copyOfRange(bytes, MAPPED_BYTES, bytes.length));
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefix;
  }
}
