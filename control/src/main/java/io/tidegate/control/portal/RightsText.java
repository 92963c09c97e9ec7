package io.tidegate.control.portal;

import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.cluster.CustomRole;
import io.tidegate.control.cluster.CustomRole.On;
import io.tidegate.control.cluster.CustomRole.Rights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Roles and privileges as people type them, one a line: {@code read@shop.orders}, and {@code find,
 * insert on shop.orders}; {@code cluster} for the cluster, {@code *} for any.
 */
final class RightsText {
  private static final String CLUSTER = "cluster";
  private static final String ANY = "*";

  private RightsText() {}

  static List<UserRole> userRoles(String text) {
    List<UserRole> roles = new ArrayList<>();
    for (String line : lines(text)) {
      int at = line.lastIndexOf('@');
      if (at < 1 || at == line.length() - 1) {
        throw FieldRefused.of("roles", "'" + line + "' does not read role@database.");
      }
      String place = line.substring(at + 1);
      int dot = place.indexOf('.');
      roles.add(
          new UserRole(
              line.substring(0, at),
              dot < 0 ? place : place.substring(0, dot),
              dot < 0 ? null : place.substring(dot + 1)));
    }
    return roles;
  }

  static String of(UserRole role) {
    String collection = role.collection();
    return role.role() + "@" + role.db() + (collection == null ? "" : "." + collection);
  }

  static List<RoleBinding> inherited(String text) {
    return userRoles(text).stream().map(role -> new RoleBinding(role.role(), role.db())).toList();
  }

  static List<Rights> rights(String text) {
    List<Rights> rights = new ArrayList<>();
    for (String line : lines(text)) {
      String[] parts = line.split("\\s+on\\s+", -1);
      if (parts.length != 2 || parts[0].isBlank() || parts[1].isBlank()) {
        throw FieldRefused.of(
            "privileges", "'" + line + "' does not read: find, insert on database.collection.");
      }
      List<String> actions =
          Arrays.stream(parts[0].split("[,\\s]+")).filter(action -> !action.isEmpty()).toList();
      rights.add(new Rights(actions, on(parts[1].strip())));
    }
    return rights;
  }

  private static On on(String text) {
    if (text.equals(CLUSTER)) {
      return new On(true, null, null);
    }
    int dot = text.indexOf('.');
    String db = dot < 0 ? text : text.substring(0, dot);
    String collection = dot < 0 ? "" : text.substring(dot + 1);
    return new On(null, db.equals(ANY) ? "" : db, collection.equals(ANY) ? "" : collection);
  }

  /** The lines of a role, those on one resource joined. */
  static String of(CustomRole role) {
    Map<String, List<String>> byPlace = new LinkedHashMap<>();
    for (Rights rights : role.privileges()) {
      byPlace.computeIfAbsent(of(rights.on()), _ -> new ArrayList<>()).addAll(rights.actions());
    }
    return byPlace.entrySet().stream()
        .map(entry ->
            entry.getValue().stream().distinct().collect(Collectors.joining(", "))
                + " on "
                + entry.getKey())
        .collect(Collectors.joining("\n"));
  }

  private static String of(On on) {
    if (Boolean.TRUE.equals(on.cluster())) {
      return CLUSTER;
    }
    String db = Objects.requireNonNullElse(on.db(), "");
    String collection = Objects.requireNonNullElse(on.collection(), "");
    String place = db.isEmpty() ? ANY : db;
    return collection.isEmpty() ? place : place + "." + collection;
  }

  private static List<String> lines(String text) {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }
}
