package io.tidegate.gateway.target;

import java.util.Locale;

/**
 * Where a node listens.
 *
 * @param host lower case, a name or an address; IPv6 without brackets
 */
public record HostPort(String host, int port) {
  public static final int DEFAULT_PORT = 27017;

  /**
   * Reads {@code host}, {@code host:port} or {@code [v6]:port}.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static HostPort parse(String text) {
    String host = text;
    int port = DEFAULT_PORT;
    int colon = text.lastIndexOf(':');
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0) {
        throw new IllegalArgumentException("not a host and port: " + text);
      }
      host = text.substring(1, end);
      colon = text.indexOf(':', end);
    } else if (colon >= 0) {
      host = text.substring(0, colon);
    }
    if (colon >= 0) {
      try {
        port = Integer.parseInt(text.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("not a host and port: " + text, e);
      }
    }
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException("not a host and port: " + text);
    }
    return new HostPort(host.toLowerCase(Locale.ROOT), port);
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
