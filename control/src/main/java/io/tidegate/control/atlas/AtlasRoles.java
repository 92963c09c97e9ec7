package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one place where the API's names of roles and Tidegate's are matched. */
final class AtlasRoles {
  private static final String MEMBER = "ORG_MEMBER";
  private static final Map<String, Role> IN_ORGANIZATION = Map.of("ORG_OWNER", Role.ORG_ADMIN);
  private static final Map<String, Role> IN_PROJECT =
      Map.of("GROUP_OWNER", Role.PROJECT_OWNER, "GROUP_READ_ONLY", Role.MEMBER);

  private AtlasRoles() {}

  /** Roles of the organization; membership is not one of ours, everybody in it is a member. */
  static List<Role> inOrganization(String field, List<String> names) {
    return names.stream()
        .filter(name -> !name.equals(MEMBER))
        .map(name -> role(IN_ORGANIZATION, field, name))
        .toList();
  }

  static List<Role> inProject(String field, List<String> names) {
    return names.stream().map(name -> role(IN_PROJECT, field, name)).toList();
  }

  private static Role role(Map<String, Role> roles, String field, String name) {
    Role role = roles.get(name);
    if (role == null) {
      throw ApiException.field(field, "has a role that is not known here");
    }
    return role;
  }

  /** The name of a role. */
  static String name(Assignment assignment) {
    return (assignment.projectId() == null ? IN_ORGANIZATION : IN_PROJECT)
        .entrySet().stream()
            .filter(entry -> entry.getValue() == assignment.role())
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseGet(() -> assignment.role().name());
  }

  /** Assignments as the API lists them: each with the organization or the project it is held in. */
  static List<Map<String, Object>> list(String organizationId, List<Assignment> assignments) {
    List<Map<String, Object>> list = new ArrayList<>();
    if (assignments.stream().noneMatch(a -> a.projectId() == null)) {
      list.add(entry(organizationId, null, MEMBER));
    }
    for (Assignment assignment : assignments) {
      list.add(entry(organizationId, assignment.projectId(), name(assignment)));
    }
    return list;
  }

  private static Map<String, Object> entry(
      String organizationId, @Nullable String projectId, String name) {
    return Answer.object(fields -> {
      fields.put("groupId", projectId);
      fields.put("orgId", projectId == null ? organizationId : null);
      fields.put("roleName", name);
    });
  }
}
