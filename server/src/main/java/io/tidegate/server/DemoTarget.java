package io.tidegate.server;

import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.StartFailure;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The MongoDB behind the demo's resource: a connection string that holds no credential, and the one
 * credential of both accounts.
 *
 * @param connectionString {@code mongodb://host:port/?options}
 * @param authDatabase where the user is defined
 * @param tls whether the target is spoken to with TLS
 */
record DemoTarget(
    String connectionString, String authDatabase, String username, Secret password, boolean tls) {

  /**
   * Takes a connection string with user and password apart.
   *
   * @throws StartFailure when it isn't one; the message doesn't quote it
   */
  static DemoTarget parse(String uri) {
    int scheme = uri.indexOf("://");
    int at = uri.lastIndexOf('@');
    if (scheme < 0 || !uri.startsWith("mongodb")) {
      throw notOne("it begins with neither mongodb:// nor mongodb+srv://");
    }
    if (at < 0) {
      throw notOne("it names no user");
    }
    String credential = uri.substring(scheme + 3, at);
    int colon = credential.indexOf(':');
    if (colon < 1 || credential.indexOf('/') >= 0) {
      throw notOne("user and password do not read user:password, percent-encoded");
    }
    String rest = uri.substring(at + 1);
    int query = rest.indexOf('?');
    String place = query < 0 ? rest : rest.substring(0, query);
    int slash = place.indexOf('/');
    String hosts = slash < 0 ? place : place.substring(0, slash);
    String authDatabase =
        slash < 0 || slash + 1 == place.length() ? "admin" : place.substring(slash + 1);
    boolean srv = uri.startsWith("mongodb+srv://");
    boolean tls = srv;
    List<String> kept = new ArrayList<>();
    if (query >= 0) {
      for (String option : rest.substring(query + 1).split("&", -1)) {
        String name = option.split("=", 2)[0].toLowerCase(Locale.ROOT);
        String value = option.contains("=") ? option.split("=", 2)[1] : "";
        switch (name) {
          case "" -> {}
          case "authsource" -> authDatabase = decoded(value);
          case "tls", "ssl" -> tls = Boolean.parseBoolean(value);
          case "authmechanism" -> {
            // The gateway asks the target which it has.
          }
          default -> kept.add(option);
        }
      }
    }
    return new DemoTarget(
        uri.substring(0, scheme + 3)
            + hosts
            + "/"
            + (kept.isEmpty() ? "" : "?" + String.join("&", kept)),
        authDatabase,
        decoded(credential.substring(0, colon)),
        new Secret(decoded(credential.substring(colon + 1))),
        tls);
  }

  private static String decoded(String text) {
    try {
      // A plus sign means itself in a connection string.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw notOne("a percent sign in it is not followed by two hexadecimal digits");
    }
  }

  private static StartFailure notOne(String why) {
    return new StartFailure(
        "--mongodb is no connection string with a user: "
            + why
            + ". Write mongodb://user:password@host:port/?authSource=admin.");
  }
}
