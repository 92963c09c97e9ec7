package io.tidegate.control.keys;

import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The rules that programs are held to: who may, and which roles. */
@Component
final class Programs {
  private static final int LONGEST_DESCRIPTION = 250;

  private final Projects projects;

  Programs(Projects projects) {
    this.projects = projects;
  }

  void requireMember(Actor actor, String organizationId) {
    if (!actor.belongsTo(organizationId)) {
      throw Refused.notFound("organization", organizationId);
    }
  }

  /** Atlas's Organization Read Only: more than to be a member. */
  void requireReader(Actor actor, String organizationId, String what) {
    requireMember(actor, organizationId);
    if (!actor.readsOrganization(organizationId)) {
      throw Refused.notAllowed("Only owners and readers of the organization " + what + ".");
    }
  }

  void requireOrganizationOwner(Actor actor, String organizationId, String what) {
    requireMember(actor, organizationId);
    if (!actor.administersOrganization(organizationId)) {
      throw Refused.notAllowed("Only owners of the organization " + what + ".");
    }
  }

  /** The project, when the actor sees it. */
  Project visible(Actor actor, String reference) {
    return projects.project(actor, reference);
  }

  /** The project, when the actor administers it. */
  Project administered(Actor actor, String reference, String what) {
    Project project = visible(actor, reference);
    if (!actor.administers(project.id())) {
      throw Refused.notAllowed("Only owners of the project " + what + ".");
    }
    return project;
  }

  static String description(String text) {
    String description = Names.text("desc", text);
    if (description.isEmpty() || description.length() > LONGEST_DESCRIPTION) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "The description must have 1 to " + LONGEST_DESCRIPTION + " characters.");
    }
    return description;
  }

  /** Roles for the whole organization; whoever is given none is a member of it. */
  static List<Assignment> inOrganization(List<Role> roles, String organizationId) {
    for (Role role : roles) {
      if (role.level() != Role.Level.ORGANIZATION || role == Role.VENDOR) {
        throw new Refused(ErrorCode.BAD_INPUT, role + " is not a program's in an organization.");
      }
    }
    return (roles.isEmpty() ? List.of(Role.ORG_MEMBER) : roles)
        .stream().distinct().map(role -> Assignment.of(role, organizationId)).toList();
  }

  /** Roles in one project. */
  static List<Assignment> inProject(List<Role> roles, Project project) {
    if (roles.isEmpty()) {
      throw new Refused(ErrorCode.BAD_INPUT, "At least one role in the project is needed.");
    }
    for (Role role : roles) {
      if (role.level() != Role.Level.PROJECT) {
        throw new Refused(ErrorCode.BAD_INPUT, role + " is not held in a project.");
      }
    }
    return roles.stream()
        .distinct()
        .map(role -> new Assignment(role, project.organizationId(), project.id()))
        .toList();
  }

  /** The assignments with those of one place replaced. */
  static List<Assignment> with(
      List<Assignment> present, @Nullable String projectId, List<Assignment> instead) {
    return Stream.concat(
            present.stream().filter(a -> !Objects.equals(a.projectId(), projectId)),
            instead.stream())
        .toList();
  }

  static boolean holdsAny(List<Assignment> assignments, String projectId) {
    return assignments.stream().anyMatch(a -> projectId.equals(a.projectId()));
  }

  static String words(List<Assignment> assignments) {
    List<String> words = new ArrayList<>();
    for (Assignment a : assignments) {
      words.add(a.projectId() == null ? a.role().name() : a.role() + " in " + a.projectId());
    }
    return words.stream().collect(Collectors.joining(", "));
  }
}
