package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResourcePatternTest {

  /** The rules of MongoDB's resource document: what covers what. */
  @ParameterizedTest
  @CsvSource({
    "shop, orders, shop.orders, true",
    "shop, orders, shop.Orders, false",
    "shop, orders, Shop.orders, false",
    "shop, orders, shop.orders2, false",
    "shop, orders, shop, false",
    "shop, '', shop.orders, true",
    "shop, '', shop, true",
    "shop, '', shop.a.b, true",
    "shop, '', shop.system.js, false",
    "shop, '', shop.system.buckets.a, false",
    "shop, system.js, shop.system.js, true",
    "shop, '', hr.orders, false",
    "shop, '', '*', false",
    "'', orders, hr.orders, true",
    "'', orders, local.orders, true",
    "'', orders, hr.other, false",
    "'', '', hr.orders, true",
    "'', '', hr, true",
    "'', '', '*', true",
    "'', '', hr.system.users, false",
    "'', '', local.oplog.rs, false",
    "'', '', config.shards, false",
    "'', '', local, false",
  })
  void covers(String database, String collection, String touched, boolean covered) {
    assertThat(ResourcePattern.of(database, collection).covers(resource(touched)))
        .isEqualTo(covered);
  }

  @Test
  void theClusterIsCoveredByItselfAndByEverythingAlone() {
    Resource cluster = new Resource.Cluster();
    assertThat(new ResourcePattern.OfCluster().covers(cluster)).isTrue();
    assertThat(new ResourcePattern.OfEverything().covers(cluster)).isTrue();
    assertThat(ResourcePattern.of("", "").covers(cluster)).isFalse();
    assertThat(new ResourcePattern.OfCluster().covers(resource("shop.orders"))).isFalse();
  }

  @Test
  void bucketsAreCoveredWhereverTheyAre() {
    ResourcePattern buckets = new ResourcePattern.OfBuckets();
    assertThat(buckets.covers(resource("shop.system.buckets.t"))).isTrue();
    assertThat(buckets.covers(resource("shop.t"))).isFalse();
    assertThat(buckets.covers(resource("shop.system.js"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{cluster: true}",
        "{anyResource: true}",
        "{system_buckets: ''}",
        "{db: '', collection: ''}",
        "{db: 'shop', collection: ''}",
        "{db: '', collection: 'a'}",
        "{db: 'shop', collection: 'a'}",
      })
  void readsItsOwnDocument(String json) {
    ResourcePattern pattern =
        Objects.requireNonNull(ResourcePattern.parse(BsonDocument.parse(json)));
    assertThat(pattern.toBson()).isEqualTo(BsonDocument.parse(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}",
        "{cluster: false}",
        "{cluster: 1}",
        "{anyResource: true, cluster: true}",
        "{db: 'shop'}",
        "{db: 'shop', collection: 'a', tenant: 1}",
        "{db: 'shop', collection: 1}",
        "{system_buckets: 'a'}",
      })
  void readsNothingElse(String json) {
    assertThat(ResourcePattern.parse(BsonDocument.parse(json))).isNull();
  }

  static Stream<String> roles() {
    return Stream.concat(BuiltInRoles.ofAnyDatabase().stream(), BuiltInRoles.ofAdmin().stream());
  }

  @ParameterizedTest
  @MethodSource("roles")
  void everyRoleHasPrivilegesInAdminAndNoneInDatabasesItIsNotIn(String role) {
    List<Privilege> privileges = BuiltInRoles.of(role, "admin");
    assertThat(privileges).isNotEmpty();
    assertThat(privileges.stream().map(Privilege::resource)).doesNotHaveDuplicates();
    if (BuiltInRoles.ofAdmin().contains(role)) {
      assertThatThrownBy(() -> BuiltInRoles.of(role, "shop"))
          .isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThat(BuiltInRoles.of(role, "shop")).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "read, shop, find, shop.orders, true",
    "read, shop, find, shop.system.js, true",
    "read, shop, find, shop.system.profile, false",
    "read, shop, insert, shop.orders, false",
    "read, shop, listCollections, shop, true",
    "read, shop, find, hr.salaries, false",
    "readWrite, shop, insert, shop.orders, true",
    "readWrite, shop, dropDatabase, shop, false",
    "readWrite, shop, bypassDocumentValidation, shop.orders, false",
    "dbAdmin, shop, collMod, shop.orders, true",
    "dbAdmin, shop, find, shop.orders, false",
    "dbAdmin, shop, find, shop.system.profile, true",
    "dbOwner, shop, createUser, shop, true",
    "dbOwner, shop, find, hr.salaries, false",
    "userAdmin, shop, grantRole, shop, true",
    "userAdmin, shop, find, shop.orders, false",
    "readAnyDatabase, admin, find, hr.salaries, true",
    "readAnyDatabase, admin, find, local.oplog.rs, false",
    "clusterMonitor, admin, find, local.oplog.rs, true",
    "clusterMonitor, admin, find, hr.salaries, false",
    "backup, admin, find, local.oplog.rs, true",
    "backup, admin, insert, shop.orders, false",
    "restore, admin, insert, shop.orders, true",
    "restore, admin, find, shop.orders, false",
    "root, admin, insert, hr.salaries, true",
    "root, admin, insert, admin.system.roles, false",
  })
  void rolesCarryWhatTheManualSays(
      String role, String database, String action, String touched, boolean carried) {
    Lease lease = TestLeases.of(BuiltInRoles.of(role, database));
    assertThat(lease.carries(Objects.requireNonNull(Action.named(action)), resource(touched)))
        .isEqualTo(carried);
  }

  @ParameterizedTest
  @CsvSource({
    "readonly, shop, true",
    "readonly, hr, false",
    "readonly, admin, false",
    "collection, shop, true",
    "collection, hr, false",
    "anyread, hr, true",
    "root, local, true",
  })
  void aLeaseReachesTheDatabasesItNames(String lease, String database, boolean reached) {
    assertThat(TestLeases.named(lease).reaches(database)).isEqualTo(reached);
  }

  private static Resource resource(String name) {
    if (name.equals("*")) {
      return new Resource.EveryDatabase();
    }
    int dot = name.indexOf('.');
    return dot < 0
        ? new Resource.Database(name)
        : new Resource.Collection(name.substring(0, dot), name.substring(dot + 1));
  }
}
