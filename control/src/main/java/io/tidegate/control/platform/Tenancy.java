package io.tidegate.control.platform;

/**
 * Which project is in which organization, and which organization runs the installation. An {@link
 * Actor} asks it, so that a role in one organization never reaches into another. A project stays in
 * its organization for good: answers may be remembered.
 */
public interface Tenancy {
  /** For somebody without any role, such as whoever could not prove who they are. */
  Tenancy NONE =
      new Tenancy() {
        @Override
        public boolean contains(String organizationId, String projectId) {
          return false;
        }

        @Override
        public boolean isHome(String organizationId) {
          return false;
        }
      };

  /** Whether the project is one of the organization's. */
  boolean contains(String organizationId, String projectId);

  /** Whether it is the organization made at the first start, whose owners run the installation. */
  boolean isHome(String organizationId);
}
