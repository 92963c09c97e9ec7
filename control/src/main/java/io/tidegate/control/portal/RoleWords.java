package io.tidegate.control.portal;

import io.tidegate.access.BuiltInRoles;
import io.tidegate.control.cluster.Account.RoleBinding;
import java.util.List;
import java.util.stream.Collectors;

/** What an account may do, in words instead of role names. */
final class RoleWords {
  private RoleWords() {}

  /** Such as {@code read documents in shop; manage indexes and collections of shop}. */
  static String sentence(List<RoleBinding> roles) {
    return roles.isEmpty()
        ? "nothing: it has no role"
        : roles.stream().map(RoleWords::words).collect(Collectors.joining("; "));
  }

  /** What it may not, as far as it is worth saying. */
  static String not(List<RoleBinding> roles) {
    if (roles.stream().anyMatch(RoleWords::isCustom)) {
      // Its name tells nothing of what it allows.
      return "changes to users and roles";
    }
    boolean everywhere = roles.stream().anyMatch(r -> isEverywhere(r.role()));
    boolean writes =
        roles.stream()
            .anyMatch(r ->
                r.role()
                    .toLowerCase(java.util.Locale.ROOT)
                    .matches(".*(write|owner|root|restore|admin).*"));
    String databases = everywhere ? "" : "other databases; ";
    return databases + (writes ? "changes to users and roles" : "any change; users and roles");
  }

  private static boolean isCustom(RoleBinding binding) {
    return !BuiltInRoles.exists(binding.role(), binding.db());
  }

  private static boolean isEverywhere(String role) {
    return role.endsWith("AnyDatabase") || role.equals("root") || role.equals("clusterAdmin");
  }

  private static String words(RoleBinding binding) {
    String db = binding.db();
    return switch (binding.role()) {
      case "read" -> "read documents in " + db;
      case "readWrite" -> "read and write documents in " + db;
      case "dbAdmin" -> "manage indexes and collections of " + db;
      case "dbOwner" -> "everything in " + db;
      case "readAnyDatabase" -> "read documents in every database";
      case "readWriteAnyDatabase" -> "read and write documents in every database";
      case "clusterMonitor" -> "watch the cluster's state";
      case "clusterManager" -> "manage the cluster";
      case "clusterAdmin" -> "administer the cluster";
      case "backup" -> "read everything, for backups";
      case "root" -> "everything";
      default ->
          isCustom(binding)
              ? "what the project's role " + binding.role() + " allows"
              : binding.role() + " on " + db;
    };
  }
}
