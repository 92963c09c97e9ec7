package io.tidegate.control.access;

/** Where an account is: its resource and project, with their names. */
record Place(
    String projectId,
    String projectName,
    String resourceId,
    String resourceName,
    String accountId,
    String accountName) {
  /** What people call it in the audit trail. */
  String title() {
    return projectName + "/" + resourceName + "/" + accountName;
  }
}
