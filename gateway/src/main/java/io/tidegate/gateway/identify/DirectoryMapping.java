package io.tidegate.gateway.identify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchScope;
import io.tidegate.access.LdapServer.UserToDn;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * From a user name to a distinguished name, and from a template to a search. Whatever comes from
 * the user is escaped for the place where it is put, so a name cannot become a piece of a filter.
 */
final class DirectoryMapping {
  private DirectoryMapping() {}

  /**
   * A search in the directory, as the path of an LDAP URL describes it (RFC 4516).
   *
   * @param attribute whose values are wanted; null for the entries themselves
   */
  record Search(String base, @Nullable String attribute, SearchScope scope, Filter filter) {}

  /** A user name after one step: a distinguished name, or a search that finds its entry. */
  sealed interface Mapped {
    record Name(String dn) implements Mapped {}

    record Find(Search search) implements Mapped {}
  }

  /**
   * What one step makes of a user name; null when the step is not for it.
   *
   * @throws LDAPException when the step cannot be used, by its fault or the name's
   */
  static @Nullable Mapped map(UserToDn step, String username) throws LDAPException {
    Matcher matcher;
    try {
      // Linear in the name's length, whatever the expression: it comes from a customer.
      matcher = Pattern.compile(step.match()).matcher(username);
    } catch (PatternSyntaxException e) {
      throw wrong("the mapping's expression cannot be read");
    }
    if (!matcher.matches()) {
      return null;
    }
    return switch (step) {
      case UserToDn.Substitution by -> {
        String dn = fill(by.substitution(), matcher, DirectoryMapping::inName);
        yield new Mapped.Name(new DN(dn).toString());
      }
      case UserToDn.Query by ->
          new Mapped.Find(
              search(
                  by.ldapQuery(),
                  text -> fill(text, matcher, DirectoryMapping::inName),
                  text -> fill(text, matcher, Filter::encodeValue)));
    };
  }

  /**
   * @throws LDAPException when the step can be used for nobody
   */
  static void check(UserToDn step) throws LDAPException {
    try {
      Pattern.compile(step.match());
    } catch (PatternSyntaxException e) {
      throw wrong("the mapping's expression cannot be read: " + e.getDescription());
    }
  }

  /** The search for the groups of a user. */
  static Search groups(String template, String userDn) throws LDAPException {
    return search(
        template,
        text -> text.replace("{USER}", userDn),
        text -> text.replace("{USER}", Filter.encodeValue(userDn)));
  }

  private static Search search(
      String template, UnaryOperator<String> intoName, UnaryOperator<String> intoFilter)
      throws LDAPException {
    String[] parts = template.split("\\?", -1);
    if (parts.length > 4) {
      throw wrong("the query has more parts than base, attribute, scope and filter");
    }
    String base = new DN(intoName.apply(decoded(parts[0]))).toString();
    String attributes = parts.length > 1 ? decoded(parts[1]) : "";
    if (attributes.indexOf(',') >= 0) {
      throw wrong("the query asks for more than one attribute");
    }
    SearchScope scope =
        switch (parts.length > 2 ? parts[2].toLowerCase(Locale.ROOT) : "") {
          case "", "base" -> SearchScope.BASE;
          case "one" -> SearchScope.ONE;
          case "sub" -> SearchScope.SUB;
          default -> throw wrong("the query's scope is base, one or sub");
        };
    String filter = parts.length > 3 ? decoded(parts[3]) : "";
    return new Search(
        base,
        attributes.isEmpty() ? null : attributes,
        scope,
        Filter.create(filter.isEmpty() ? "(objectClass=*)" : intoFilter.apply(filter)));
  }

  private static String decoded(String part) throws LDAPException {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw wrong("the query has a percent sign that stands for nothing");
    }
  }

  private static String fill(String text, Matcher matcher, UnaryOperator<String> escape) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
      int close = text.indexOf('}', open);
      int group = close < 0 ? -1 : number(text.substring(open + 1, close));
      if (group >= 0 && group < matcher.groupCount()) {
        String value = matcher.group(group + 1);
        filled.append(text, at, open).append(value == null ? "" : escape.apply(value));
        at = close + 1;
        open = close;
      }
    }
    return filled.append(text, at, text.length()).toString();
  }

  private static int number(String text) {
    return text.length() == 1 && text.charAt(0) >= '0' && text.charAt(0) <= '9'
        ? text.charAt(0) - '0'
        : -1;
  }

  /** A value inside a distinguished name (RFC 4514, section 2.4). */
  static String inName(String value) {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < value.length(); i++) {
      char character = value.charAt(i);
      boolean edge = character == ' ' && (i == 0 || i == value.length() - 1);
      if (character < ' ' || character == 0x7f) {
        pieces.add("\\%02x".formatted((int) character));
      } else if (edge || "\"+,;<>\\=#".indexOf(character) >= 0) {
        pieces.add("\\" + character);
      } else {
        pieces.add(String.valueOf(character));
      }
    }
    return String.join("", pieces);
  }

  private static LDAPException wrong(String why) {
    return new LDAPException(com.unboundid.ldap.sdk.ResultCode.PARAM_ERROR, why);
  }
}
