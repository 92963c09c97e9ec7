package io.tidegate.control.platform;

/**
 * What somebody may do, in an organization or in one of its projects. The names are those that
 * Atlas clients send and show; {@link Actor} says in its predicates what each of them allows.
 */
public enum Role {
  /** Owns the organization: people, settings, every project; ends anything; reads all. */
  ORG_OWNER(Level.ORGANIZATION),
  /** Belongs to the organization, and sees who and what is in it. */
  ORG_MEMBER(Level.ORGANIZATION),
  /** Makes projects, and owns those that they make. */
  ORG_GROUP_CREATOR(Level.ORGANIZATION),
  /** A member. There is nothing to bill here. */
  ORG_BILLING_ADMIN(Level.ORGANIZATION),
  /** A member. There is nothing to bill here. */
  ORG_BILLING_READ_ONLY(Level.ORGANIZATION),
  /** A member. There are no streams here. */
  ORG_STREAM_PROCESSING_ADMIN(Level.ORGANIZATION),
  /** Sees the organization and every project, and changes nothing. */
  ORG_READ_ONLY(Level.ORGANIZATION),
  /** A vendor's support staff: sees nothing but what a grant of theirs names. */
  VENDOR(Level.ORGANIZATION),

  /** Owns a project: decides its requests and administers everything in it. */
  GROUP_OWNER(Level.PROJECT),
  /** Changes the clusters of a project. */
  GROUP_CLUSTER_MANAGER(Level.PROJECT),
  /** Sees a project, and may request access to its resources by its flows. */
  GROUP_READ_ONLY(Level.PROJECT),
  /** Reads a project's logs; data is reached by a grant only. */
  GROUP_DATA_ACCESS_ADMIN(Level.PROJECT),
  /** Reads a project's logs; data is reached by a grant only. */
  GROUP_DATA_ACCESS_READ_WRITE(Level.PROJECT),
  /** Reads a project's logs; data is reached by a grant only. */
  GROUP_DATA_ACCESS_READ_ONLY(Level.PROJECT),
  /** Changes a project's database users and custom roles, and reads its access history. */
  GROUP_DATABASE_ACCESS_ADMIN(Level.PROJECT),
  /** Changes a project's search indexes. */
  GROUP_SEARCH_INDEX_EDITOR(Level.PROJECT),
  /** Sees a project. Backups are not made here. */
  GROUP_BACKUP_MANAGER(Level.PROJECT),
  /** Sees a project, its metrics above all. */
  GROUP_OBSERVABILITY_VIEWER(Level.PROJECT),
  /** Changes a project's database users, as Atlas lets this role. There are no streams here. */
  GROUP_STREAM_PROCESSING_OWNER(Level.PROJECT),
  /** Grants the vendor's support access to a project's clusters, and revokes it. */
  GROUP_SUPPORT_ACCESS_MANAGER(Level.PROJECT);

  /** Where a role is held. */
  public enum Level {
    ORGANIZATION,
    PROJECT
  }

  private final Level level;

  Role(Level level) {
    this.level = level;
  }

  public Level level() {
    return level;
  }
}
