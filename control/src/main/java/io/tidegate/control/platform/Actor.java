package io.tidegate.control.platform;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who acts, with the roles held at this moment, and from where. Services take one as their first
 * argument and authorize against it; nothing else in the control plane decides who may. What each
 * {@link Role} allows is said here and nowhere else.
 *
 * @param userId 24 hexadecimal digits (of a person, a key or a service account), or {@code system}
 * @param organizationId the organization that they act in where nothing names another
 * @param assignments the roles held, also those that come by a team
 * @param source where the act came from, such as {@code portal 127.0.0.1} or {@code api 10.0.0.7}
 */
public record Actor(
    String userId,
    String username,
    String displayName,
    String organizationId,
    List<Assignment> assignments,
    String source,
    Tenancy tenancy) {

  /** The name of Tidegate itself in the audit trail: expiry, reconciliation, start-up. */
  public static final String SYSTEM = "system";

  private static final Set<Role> DATABASE_ADMINISTRATORS =
      EnumSet.of(Role.GROUP_DATABASE_ACCESS_ADMIN, Role.GROUP_STREAM_PROCESSING_OWNER);
  private static final Set<Role> LOG_READERS =
      EnumSet.of(
          Role.GROUP_DATABASE_ACCESS_ADMIN,
          Role.GROUP_DATA_ACCESS_ADMIN,
          Role.GROUP_DATA_ACCESS_READ_WRITE,
          Role.GROUP_DATA_ACCESS_READ_ONLY,
          Role.GROUP_STREAM_PROCESSING_OWNER);

  /**
   * One role, in one project or, when {@code projectId} is null, in the whole organization.
   *
   * @param organizationId the organization, also when the role is held in one of its projects
   */
  public record Assignment(Role role, String organizationId, @Nullable String projectId) {

    public Assignment {
      if (role.level() == Role.Level.PROJECT && projectId == null) {
        throw new Refused(ErrorCode.BAD_INPUT, role + " is held in a project; name one.");
      }
      if (role.level() == Role.Level.ORGANIZATION && projectId != null) {
        throw new Refused(ErrorCode.BAD_INPUT, role + " is held in the whole organization.");
      }
    }

    /** A role in an organization. */
    public static Assignment of(Role role, String organizationId) {
      return new Assignment(role, organizationId, null);
    }
  }

  public Actor {
    assignments = List.copyOf(assignments);
  }

  /** Tidegate acting by itself: it administers everything. */
  public static Actor system(String organizationId) {
    return new Actor(SYSTEM, SYSTEM, "Tidegate", organizationId, List.of(), SYSTEM, Tenancy.NONE);
  }

  /** Nobody in particular, such as whoever failed to sign in: may do nothing. */
  public static Actor powerless(PersonRef who, String organizationId, String source) {
    return new Actor(
        who.id(),
        who.username(),
        who.displayName(),
        organizationId,
        List.of(),
        source,
        Tenancy.NONE);
  }

  /** The same actor where another organization is meant; their roles stay what they are. */
  public Actor in(String otherOrganizationId) {
    return new Actor(
        userId, username, displayName, otherOrganizationId, assignments, source, tenancy);
  }

  public PersonRef ref() {
    return new PersonRef(userId, username, displayName);
  }

  public boolean is(String otherUserId) {
    return userId.equals(otherUserId);
  }

  private boolean isSystem() {
    return userId.equals(SYSTEM);
  }

  // The installation and its organizations.

  /** Whether gateways, the audit ledger and all that organizations share is theirs to run. */
  public boolean runsInstallation() {
    return isSystem()
        || assignments.stream()
            .anyMatch(a -> a.role() == Role.ORG_OWNER && tenancy.isHome(a.organizationId()));
  }

  /** Whether this person may make another organization: whoever owns one. */
  public boolean createsOrganizations() {
    return isSystem() || assignments.stream().anyMatch(a -> a.role() == Role.ORG_OWNER);
  }

  /** Whether this person owns the organization that they act in. */
  public boolean administersOrganization() {
    return administersOrganization(organizationId);
  }

  /** Whether this person owns the organization: its people, settings and all projects. */
  public boolean administersOrganization(String id) {
    return isSystem() || holdsInOrganization(id, Role.ORG_OWNER);
  }

  /** Whether this person is a member of the organization, and sees who and what is in it. */
  public boolean belongsTo(String id) {
    return isSystem()
        || assignments.stream()
            .anyMatch(a ->
                a.organizationId().equals(id)
                    && a.role() != Role.VENDOR
                    && a.role().level() == Role.Level.ORGANIZATION);
  }

  /** Whether this person sees everything of the organization, each project included. */
  public boolean readsOrganization(String id) {
    return administersOrganization(id) || holdsInOrganization(id, Role.ORG_READ_ONLY);
  }

  /** Whether this person may make projects in the organization. */
  public boolean createsProjects(String id) {
    return administersOrganization(id) || holdsInOrganization(id, Role.ORG_GROUP_CREATOR);
  }

  // Projects. Except in owns, the organization's owner has the rights of the project's.

  /**
   * Whether this person owns the project itself: decides its requests, and makes or removes what
   * connects its network. An owner of the organization adds themself to the project first.
   */
  public boolean owns(String projectId) {
    return holds(Role.GROUP_OWNER, projectId);
  }

  /** Whether this person may change everything of the project, its people included. */
  public boolean administers(String projectId) {
    return owns(projectId) || ownsOrganizationOf(projectId);
  }

  /** Whether the project and its resources are shown to this person. */
  public boolean sees(String projectId) {
    return administers(projectId)
        || holdsAny(projectId)
        || assignments.stream()
            .anyMatch(a ->
                a.role() == Role.ORG_READ_ONLY && tenancy.contains(a.organizationId(), projectId));
  }

  /** Atlas's Project Read Only: the same as {@link #sees}. */
  public boolean readsProject(String projectId) {
    return sees(projectId);
  }

  /** Whether flows that are open to everybody in the project are open to this person. */
  public boolean mayRequestIn(String projectId) {
    return administers(projectId) || holdsAny(projectId);
  }

  /** Project Access Manager: people, teams, keys of the project. */
  public boolean managesAccess(String projectId) {
    return administers(projectId);
  }

  /** Project Network Access Manager: access list and peering. */
  public boolean managesNetwork(String projectId) {
    return administers(projectId);
  }

  /** Private endpoints: owners of the project itself only. */
  public boolean managesPrivateEndpoints(String projectId) {
    return isSystem() || owns(projectId);
  }

  /** Project Database Access Admin: database users and custom roles. */
  public boolean managesDatabaseUsers(String projectId) {
    return administers(projectId) || holdsOneOf(DATABASE_ADMINISTRATORS, projectId);
  }

  /** Project Cluster Manager: making and changing clusters. */
  public boolean managesClusters(String projectId) {
    return administers(projectId) || holds(Role.GROUP_CLUSTER_MANAGER, projectId);
  }

  /** Project Support Access Manager: the vendor's access to clusters. */
  public boolean managesSupportAccess(String projectId) {
    return administers(projectId) || holds(Role.GROUP_SUPPORT_ACCESS_MANAGER, projectId);
  }

  /** Project Cluster Log Viewer and the data roles: downloads of logs. */
  public boolean readsLogs(String projectId) {
    return administers(projectId) || holdsOneOf(LOG_READERS, projectId);
  }

  /** Who may see which database user signed in from where. */
  public boolean readsAccessHistory(String projectId) {
    return administers(projectId) || holds(Role.GROUP_DATABASE_ACCESS_ADMIN, projectId);
  }

  /** Whether some project, or an organization, is this person's to administer. */
  public boolean administersAnything() {
    return isSystem()
        || assignments.stream()
            .anyMatch(a -> a.role() == Role.ORG_OWNER || a.role() == Role.GROUP_OWNER);
  }

  /** Whether the role is held anywhere. */
  public boolean holdsAnywhere(Role role) {
    return assignments.stream().anyMatch(a -> a.role() == role);
  }

  private boolean ownsOrganizationOf(String projectId) {
    return isSystem()
        || assignments.stream()
            .anyMatch(
                a -> a.role() == Role.ORG_OWNER && tenancy.contains(a.organizationId(), projectId));
  }

  private boolean holdsInOrganization(String id, Role role) {
    return assignments.stream().anyMatch(a -> a.role() == role && a.organizationId().equals(id));
  }

  private boolean holds(Role role, String projectId) {
    return assignments.stream().anyMatch(a -> a.role() == role && projectId.equals(a.projectId()));
  }

  private boolean holdsOneOf(Set<Role> roles, String projectId) {
    return assignments.stream()
        .anyMatch(a -> roles.contains(a.role()) && projectId.equals(a.projectId()));
  }

  private boolean holdsAny(String projectId) {
    return assignments.stream().anyMatch(a -> projectId.equals(a.projectId()));
  }
}
