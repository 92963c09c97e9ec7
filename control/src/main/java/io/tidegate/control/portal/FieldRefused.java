package io.tidegate.control.portal;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.util.Locale;
import java.util.Map;

/** Finds the field of a form that a refusal concerns, so that it can stand beside it. */
final class FieldRefused {
  /** The first words of the services' refusals, and the field each is about. */
  private static final Map<String, String> FIRST_WORDS =
      Map.ofEntries(
          Map.entry("connectionstring", "connectionString"),
          Map.entry("connection", "connectionString"),
          Map.entry("authdatabase", "authDatabase"),
          Map.entry("username", "username"),
          Map.entry("password", "password"),
          Map.entry("roles", "roles"),
          Map.entry("role", "roles"),
          Map.entry("description", "description"),
          Map.entry("gateway", "gateway"),
          Map.entry("gatewayname", "gateway"),
          Map.entry("approvers", "approvers"),
          Map.entry("requesters", "requesters"),
          Map.entry("maxduration", "maxDuration"),
          Map.entry("defaultduration", "defaultDuration"),
          Map.entry("displayname", "displayName"),
          Map.entry("project", "project"),
          Map.entry("name", "name"));

  private FieldRefused() {}

  static String field(Refused refused) {
    return switch (refused.code()) {
      case NAME_TAKEN -> "name";
      case REASON_REQUIRED -> "reason";
      case DURATION_OUT_OF_BOUNDS -> "duration";
      default -> {
        String first = refused.detail().split("[^A-Za-z]", 2)[0].toLowerCase(Locale.ROOT);
        yield FIRST_WORDS.getOrDefault(first, "name");
      }
    };
  }

  /** The refusal as it reads below the field itself, which needs not be named again. */
  static String sentence(Refused refused) {
    String detail = refused.detail();
    String first = detail.split("[^A-Za-z]", 2)[0];
    String sentence = detail;
    if (FIRST_WORDS.containsKey(first.toLowerCase(Locale.ROOT))) {
      String rest = detail.substring(first.length());
      if (rest.startsWith(": ")) {
        sentence = rest.substring(2);
      } else if (rest.startsWith(" must ") || rest.startsWith(" has ") || rest.startsWith(" is ")) {
        sentence = "It" + rest;
      }
    }
    return refused.code() == ErrorCode.BAD_INPUT
        ? sentence
        : (sentence + " " + refused.next()).strip();
  }

  static Refused of(String field, String sentence) {
    return new Refused(ErrorCode.BAD_INPUT, field + ": " + sentence, "");
  }
}
