package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Roles as the API takes and lists them. All of ours have its names but the vendor's. */
final class AtlasRoles {
  private AtlasRoles() {}

  /** Roles held in a whole organization. */
  static List<Role> inOrganization(String field, List<String> names) {
    return names.stream().map(name -> role(Role.Level.ORGANIZATION, field, name)).toList();
  }

  /** Roles held in a project. */
  static List<Role> inProject(String field, List<String> names) {
    return names.stream().map(name -> role(Role.Level.PROJECT, field, name)).toList();
  }

  private static Role role(Role.Level level, String field, String name) {
    Optional<Role> role =
        Stream.of(Role.values())
            .filter(r -> r.level() == level && r != Role.VENDOR && r.name().equals(name))
            .findFirst();
    return role.orElseThrow(() ->
        ApiException.field(
            field,
            "has a role that is not one of "
                + (level == Role.Level.PROJECT ? "a project" : "an organization")));
  }

  /** Assignments as the API lists them: each with the organization or the project it is held in. */
  static List<Map<String, Object>> list(List<Assignment> assignments) {
    return assignments.stream()
        .filter(assignment -> assignment.role() != Role.VENDOR)
        .map(assignment ->
            Answer.object(fields -> {
              boolean whole = assignment.projectId() == null;
              fields.put("groupId", assignment.projectId());
              fields.put("orgId", whole ? assignment.organizationId() : null);
              fields.put("roleName", assignment.role().name());
            }))
        .toList();
  }
}
