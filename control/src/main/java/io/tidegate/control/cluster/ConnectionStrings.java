package io.tidegate.control.cluster;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.util.Locale;
import java.util.regex.Pattern;

/** Checks connection strings: a scheme, hosts, options; never credentials. */
final class ConnectionStrings {
  private static final Pattern HOST =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+])(:[0-9]{1,5})?");
  private static final Pattern OPTIONS = Pattern.compile("[A-Za-z0-9=&.,:_%+-]*");
  private static final int LONGEST = 2000;

  private ConnectionStrings() {}

  /**
   * The string as it is stored.
   *
   * @throws Refused bad-input; the string itself is not repeated, for it may hold a password
   */
  static String checked(String text) {
    String value = text.strip();
    boolean srv = value.startsWith("mongodb+srv://");
    if (!srv && !value.startsWith("mongodb://")) {
      throw bad("connectionString must start with mongodb:// or mongodb+srv://.");
    }
    if (value.length() > LONGEST) {
      throw bad("connectionString is too long.");
    }
    if (value.indexOf('@') >= 0) {
      throw bad(
          "connectionString must not carry credentials; they belong to the resource's accounts.");
    }
    String rest = value.substring(value.indexOf("://") + 3);
    int end = rest.indexOf('/');
    int question = rest.indexOf('?');
    if (end < 0 && question >= 0) {
      throw bad("connectionString needs a / before its options.");
    }
    String authority = end < 0 ? rest : rest.substring(0, end);
    String[] hosts = authority.split(",", -1);
    if (srv && (hosts.length != 1 || authority.indexOf(':') >= 0)) {
      throw bad("A mongodb+srv:// connectionString has exactly one host and no port.");
    }
    for (String host : hosts) {
      if (!HOST.matcher(host).matches() || !portInRange(host)) {
        throw bad("connectionString has a host that is not a name or address with a port.");
      }
    }
    if (question >= 0) {
      String options = rest.substring(question + 1);
      if (!OPTIONS.matcher(options).matches()) {
        throw bad("connectionString has options that cannot be read.");
      }
      for (String option : options.split("&", -1)) {
        String name = option.split("=", 2)[0].toLowerCase(Locale.ROOT);
        if (name.startsWith("authmechanism")
            || name.startsWith("tlscertificatekeyfile")
            || name.startsWith("proxy")) {
          throw bad("connectionString must not carry the option " + name + ".");
        }
      }
    }
    return value;
  }

  private static boolean portInRange(String host) {
    int colon = host.lastIndexOf(':');
    if (colon < 0 || host.endsWith("]")) {
      return true;
    }
    int port = Integer.parseInt(host.substring(colon + 1));
    return port >= 1 && port <= 65535;
  }

  private static Refused bad(String sentence) {
    return new Refused(ErrorCode.BAD_INPUT, sentence);
  }
}
