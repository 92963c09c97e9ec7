package io.tidegate.control.portal;

import io.tidegate.control.platform.Role;

/** What the portal calls the roles of people. */
final class RoleNames {
  private RoleNames() {}

  static String of(Role role) {
    return switch (role) {
      case ORG_OWNER -> "Organization owner";
      case ORG_MEMBER -> "Organization member";
      case ORG_GROUP_CREATOR -> "Project creator";
      case ORG_BILLING_ADMIN -> "Billing administrator";
      case ORG_BILLING_READ_ONLY -> "Billing reader";
      case ORG_STREAM_PROCESSING_ADMIN -> "Stream processing administrator";
      case ORG_READ_ONLY -> "Organization reader";
      case VENDOR -> "Vendor support";
      case GROUP_OWNER -> "Project owner";
      case GROUP_CLUSTER_MANAGER -> "Cluster manager";
      case GROUP_READ_ONLY -> "Project member";
      case GROUP_DATA_ACCESS_ADMIN -> "Data access administrator";
      case GROUP_DATA_ACCESS_READ_WRITE -> "Data access, read and write";
      case GROUP_DATA_ACCESS_READ_ONLY -> "Data access, read only";
      case GROUP_DATABASE_ACCESS_ADMIN -> "Database access administrator";
      case GROUP_SEARCH_INDEX_EDITOR -> "Search index editor";
      case GROUP_BACKUP_MANAGER -> "Backup manager";
      case GROUP_OBSERVABILITY_VIEWER -> "Observability viewer";
      case GROUP_STREAM_PROCESSING_OWNER -> "Stream processing owner";
      case GROUP_SUPPORT_ACCESS_MANAGER -> "Support access manager";
    };
  }
}
