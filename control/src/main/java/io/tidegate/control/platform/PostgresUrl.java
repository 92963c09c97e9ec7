package io.tidegate.control.platform;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL database is, as its own tools write it: {@code postgresql://user@host/db}. The
 * driver takes the user apart from the address only, so it is taken out here. A password has no
 * place in it: command lines and configuration are read by more people than the database is.
 *
 * @param jdbc what the driver takes
 * @param user null when the address names none, or names it as a parameter
 */
record PostgresUrl(String jdbc, @Nullable String user) {
  private static final String JDBC = "jdbc:";

  /**
   * Takes it apart.
   *
   * @throws StartFailure when it is none or holds a password; the message does not quote it
   */
  static PostgresUrl parse(String url) {
    String plain = url.startsWith(JDBC) ? url.substring(JDBC.length()) : url;
    int scheme = plain.indexOf("://");
    String name = scheme < 0 ? "" : plain.substring(0, scheme);
    if (!name.equals("postgresql") && !name.equals("postgres")) {
      throw new StartFailure(
          "--database-url is not a PostgreSQL address. Write"
              + " postgresql://user@host:5432/database.");
    }
    String rest = plain.substring(scheme + 3);
    int query = rest.indexOf('?');
    if (query >= 0) {
      for (String parameter : rest.substring(query + 1).split("&", -1)) {
        if (parameter.toLowerCase(Locale.ROOT).startsWith("password=")) {
          throw holdsPassword();
        }
      }
    }
    // The authority ends at the first slash; an @ further on belongs to a name or a parameter.
    int end = query < 0 ? rest.length() : query;
    int slash = rest.indexOf('/');
    if (slash >= 0 && slash < end) {
      end = slash;
    }
    int at = rest.substring(0, end).lastIndexOf('@');
    if (at < 0) {
      return new PostgresUrl(JDBC + "postgresql://" + rest, null);
    }
    String person = rest.substring(0, at);
    if (person.indexOf(':') >= 0) {
      throw holdsPassword();
    }
    return new PostgresUrl(
        JDBC + "postgresql://" + rest.substring(at + 1), person.isEmpty() ? null : decoded(person));
  }

  private static String decoded(String text) {
    try {
      // A plus is a plus in the authority of an address.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          "The user in --database-url is not percent-encoded as it should be: write %25 for %.", e);
    }
  }

  private static StartFailure holdsPassword() {
    return new StartFailure(
        "--database-url holds a password, which everybody on this machine can read in the process"
            + " list. Leave it out, and set TIDEGATE_DATABASE_PASSWORD in the environment.");
  }
}
