package io.tidegate.control.platform;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who acts, with the roles held at this moment, and from where. Services take one as their first
 * argument and authorize against it; nothing else in the control plane decides who may.
 *
 * @param userId {@code usr_…}, or {@code system}
 * @param organizationId the organization that the person belongs to
 * @param source where the act came from, such as {@code portal 127.0.0.1} or {@code api 10.0.0.7}
 */
public record Actor(
    String userId,
    String username,
    String displayName,
    String organizationId,
    List<Assignment> assignments,
    String source) {

  /** The name of Tidegate itself in the audit trail: expiry, reconciliation, start-up. */
  public static final String SYSTEM = "system";

  /** One role, in one project or, when {@code projectId} is null, in the whole organization. */
  public record Assignment(Role role, @Nullable String projectId) {}

  public Actor {
    assignments = List.copyOf(assignments);
  }

  /** Tidegate acting by itself. */
  public static Actor system(String organizationId) {
    return new Actor(
        SYSTEM,
        SYSTEM,
        "Tidegate",
        organizationId,
        List.of(new Assignment(Role.ORG_ADMIN, null)),
        SYSTEM);
  }

  public PersonRef ref() {
    return new PersonRef(userId, username, displayName);
  }

  public boolean is(String otherUserId) {
    return userId.equals(otherUserId);
  }

  public boolean administersOrganization() {
    return assignments.stream().anyMatch(a -> a.role() == Role.ORG_ADMIN && a.projectId() == null);
  }

  /** Whether this person decides requests of the project. */
  public boolean owns(String projectId) {
    return holds(Role.PROJECT_OWNER, projectId);
  }

  /** Whether this person may change the project's resources, accounts and flows. */
  public boolean administers(String projectId) {
    return administersOrganization() || owns(projectId);
  }

  /** Whether the project and its resources are shown to this person. */
  public boolean sees(String projectId) {
    return administers(projectId) || holds(Role.MEMBER, projectId);
  }

  /** Whether some project, or the organization, is this person's to administer. */
  public boolean administersAnything() {
    return assignments.stream()
        .anyMatch(a -> a.role() == Role.ORG_ADMIN || a.role() == Role.PROJECT_OWNER);
  }

  private boolean holds(Role role, String projectId) {
    return assignments.stream()
        .anyMatch(a ->
            a.role() == role
                && (a.projectId() == null || Objects.equals(a.projectId(), projectId)));
  }
}
