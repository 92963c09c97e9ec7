package io.tidegate.gateway.target;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A target's connection string, taken apart.
 *
 * @param srvName the name to look up in DNS, null where hosts are given
 * @param hosts the seeds; empty where they come from DNS
 * @param options the part after the question mark, keys in lower case
 */
record TargetAddress(@Nullable String srvName, List<HostPort> hosts, Map<String, String> options) {
  private static final String PLAIN = "mongodb://";
  private static final String SRV = "mongodb+srv://";

  /**
   * Takes a connection string apart.
   *
   * @throws IllegalArgumentException when it is none; the message may be shown
   */
  static TargetAddress parse(String connectionString) {
    boolean srv = connectionString.startsWith(SRV);
    if (!srv && !connectionString.startsWith(PLAIN)) {
      throw new IllegalArgumentException(
          "a target's connection string begins with mongodb:// or mongodb+srv://");
    }
    String rest = connectionString.substring(srv ? SRV.length() : PLAIN.length());
    int question = rest.indexOf('?');
    Map<String, String> options =
        question < 0 ? Map.of() : options(rest.substring(question + 1), '&');
    String authority = question < 0 ? rest : rest.substring(0, question);
    int slash = authority.indexOf('/');
    authority = slash < 0 ? authority : authority.substring(0, slash);
    if (srv) {
      if (authority.isEmpty() || authority.indexOf(',') >= 0 || authority.indexOf(':') >= 0) {
        throw new IllegalArgumentException("mongodb+srv:// takes one name without a port");
      }
      return new TargetAddress(authority.toLowerCase(Locale.ROOT), List.of(), options);
    }
    List<HostPort> hosts = new ArrayList<>();
    for (String host : authority.split(",", -1)) {
      hosts.add(HostPort.parse(URLDecoder.decode(host, StandardCharsets.UTF_8)));
    }
    return new TargetAddress(null, List.copyOf(hosts), options);
  }

  /** The options of a connection string or of its TXT record. */
  static Map<String, String> options(String text, char separator) {
    Map<String, String> options = new HashMap<>();
    for (String pair : text.split(String.valueOf(separator), -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        options.put(
            pair.substring(0, equals).toLowerCase(Locale.ROOT),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return Map.copyOf(options);
  }

  /** The replica set that is named, null where none is. */
  @Nullable String replicaSet() {
    return options.get("replicaset");
  }
}
