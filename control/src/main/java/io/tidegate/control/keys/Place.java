package io.tidegate.control.keys;

/** Where a program is looked at from: its organization, or a project in which it has roles. */
public sealed interface Place {

  /** The organization. */
  record InOrganization(String organizationId) implements Place {}

  /**
   * One project.
   *
   * @param project its id or its name
   */
  record InProject(String project) implements Place {}
}
