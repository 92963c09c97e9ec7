package io.tidegate.control.portal.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A project's database users and custom roles.
 *
 * @param project the name that addresses have
 * @param projects all that the reader sees, to go between them
 * @param made a user made just now, shown this once; null otherwise
 */
public record DatabaseAccessView(
    String project,
    List<Option> projects,
    List<UserRow> users,
    List<RoleRow> roles,
    FormView form,
    List<Option> kinds,
    List<Option> clusters,
    List<Option> ends,
    boolean mayChange,
    @Nullable Made made) {

  public DatabaseAccessView {
    projects = List.copyOf(projects);
    users = List.copyOf(users);
    roles = List.copyOf(roles);
    kinds = List.copyOf(kinds);
    clusters = List.copyOf(clusters);
    ends = List.copyOf(ends);
  }

  /**
   * A database user in one row.
   *
   * @param tide the time left of a temporary one; null for one that stays
   * @param lastSeen when it was last used; null for never
   */
  public record UserRow(
      String id,
      String name,
      String kind,
      String roles,
      List<ReachRow> reach,
      @Nullable Tide tide,
      int connections,
      @Nullable Instant lastSeen) {
    public UserRow {
      reach = List.copyOf(reach);
    }
  }

  /** A cluster, and how far its gateway is with the user. */
  public record ReachRow(String cluster, Pill state, String sentence, @Nullable String address) {}

  /** A custom role in one row. */
  public record RoleRow(String name, String rights, String inherits) {}

  /** What is told once of a new user: its password, and how to connect. */
  public record Made(String name, @Nullable String password, List<String> uris) {
    public Made {
      uris = List.copyOf(uris);
    }

    @Override
    public String toString() {
      return "Made[" + name + ", <hidden>]";
    }
  }
}
