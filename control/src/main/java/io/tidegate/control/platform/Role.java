package io.tidegate.control.platform;

/** What a person may do, everywhere in the organization or in one project. */
public enum Role {
  /** Administers the organization: people, resources, flows, gateways; ends anything; reads all. */
  ORG_ADMIN,
  /** Owns a project: decides its requests and administers its resources and flows. */
  PROJECT_OWNER,
  /** Works in a project: sees its resources and may request access by its flows. */
  MEMBER,
  /** A vendor's support staff: sees nothing but what a grant of theirs names. */
  VENDOR
}
