package io.tidegate.control.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.control.platform.Actor.Assignment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each role allows, and that none reaches out of its organization. */
class ActorTest {
  private static final String HOME = "a".repeat(24);
  private static final String OTHER = "b".repeat(24);
  private static final String SHOP = "1".repeat(24);
  private static final String FOREIGN = "2".repeat(24);

  private static final Tenancy TENANCY =
      new Tenancy() {
        @Override
        public boolean contains(String organizationId, String projectId) {
          return organizationId.equals(projectId.equals(SHOP) ? HOME : OTHER);
        }

        @Override
        public boolean isHome(String organizationId) {
          return organizationId.equals(HOME);
        }
      };

  private static Actor holding(Assignment... assignments) {
    return new Actor("c".repeat(24), "somebody", "", HOME, List.of(assignments), "test", TENANCY);
  }

  private static Actor inShop(Role role) {
    return holding(new Assignment(role, HOME, SHOP));
  }

  @Test
  void anOwnerOfOneOrganizationIsNobodyInAnother() {
    Actor owner = holding(Assignment.of(Role.ORG_OWNER, OTHER));
    assertThat(owner.administersOrganization(OTHER)).isTrue();
    assertThat(owner.administers(FOREIGN)).isTrue();
    assertThat(owner.administersOrganization(HOME)).isFalse();
    assertThat(owner.administersOrganization()).isFalse();
    assertThat(owner.administers(SHOP)).isFalse();
    assertThat(owner.sees(SHOP)).isFalse();
    assertThat(owner.in(HOME).administers(SHOP)).isFalse();
    assertThat(owner.runsInstallation()).isFalse();
    assertThat(holding(Assignment.of(Role.ORG_OWNER, HOME)).runsInstallation()).isTrue();
  }

  @Test
  void anOrganizationsOwnerAddsThemselfBeforeDecidingOrConnecting() {
    Actor owner = holding(Assignment.of(Role.ORG_OWNER, HOME));
    assertThat(owner.administers(SHOP)).isTrue();
    assertThat(owner.owns(SHOP)).isFalse();
    assertThat(owner.managesPrivateEndpoints(SHOP)).isFalse();
    assertThat(inShop(Role.GROUP_OWNER).managesPrivateEndpoints(SHOP)).isTrue();
  }

  @Test
  void readersOfTheOrganizationSeeEveryProjectAndAskForNothing() {
    Actor reader = holding(Assignment.of(Role.ORG_READ_ONLY, HOME));
    assertThat(reader.sees(SHOP)).isTrue();
    assertThat(reader.sees(FOREIGN)).isFalse();
    assertThat(reader.mayRequestIn(SHOP)).isFalse();
    assertThat(reader.administers(SHOP)).isFalse();
    assertThat(holding(Assignment.of(Role.ORG_MEMBER, HOME)).sees(SHOP)).isFalse();
  }

  @Test
  void projectRolesAllowWhatTheyAreNamedFor() {
    assertThat(inShop(Role.GROUP_DATABASE_ACCESS_ADMIN).managesDatabaseUsers(SHOP)).isTrue();
    assertThat(inShop(Role.GROUP_DATABASE_ACCESS_ADMIN).managesNetwork(SHOP)).isFalse();
    assertThat(inShop(Role.GROUP_DATABASE_ACCESS_ADMIN).managesDatabaseUsers(FOREIGN)).isFalse();
    assertThat(inShop(Role.GROUP_CLUSTER_MANAGER).managesClusters(SHOP)).isTrue();
    assertThat(inShop(Role.GROUP_CLUSTER_MANAGER).managesDatabaseUsers(SHOP)).isFalse();
    assertThat(inShop(Role.GROUP_SUPPORT_ACCESS_MANAGER).managesSupportAccess(SHOP)).isTrue();
    assertThat(inShop(Role.GROUP_SUPPORT_ACCESS_MANAGER).managesClusters(SHOP)).isFalse();
    assertThat(inShop(Role.GROUP_DATA_ACCESS_READ_ONLY).readsLogs(SHOP)).isTrue();
    assertThat(inShop(Role.GROUP_DATA_ACCESS_READ_ONLY).readsAccessHistory(SHOP)).isFalse();
    assertThat(inShop(Role.GROUP_READ_ONLY).readsProject(SHOP)).isTrue();
    assertThat(inShop(Role.GROUP_READ_ONLY).readsLogs(SHOP)).isFalse();
  }

  @Test
  void vendorsAndThePowerlessSeeNothing() {
    Actor vendor = holding(Assignment.of(Role.VENDOR, HOME));
    assertThat(vendor.sees(SHOP)).isFalse();
    assertThat(vendor.belongsTo(HOME)).isFalse();
    Actor powerless = Actor.powerless(vendor.ref(), HOME, "test");
    assertThat(powerless.administersAnything()).isFalse();
    assertThat(Actor.system(HOME).administers(FOREIGN)).isTrue();
  }

  @Test
  void aRoleIsHeldWhereItsLevelSays() {
    assertThatThrownBy(() -> Assignment.of(Role.GROUP_OWNER, HOME)).isInstanceOf(Refused.class);
    assertThatThrownBy(() -> new Assignment(Role.ORG_OWNER, HOME, SHOP))
        .isInstanceOf(Refused.class);
  }
}
