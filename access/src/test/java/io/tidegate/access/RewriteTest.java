package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

class RewriteTest {
  private static final String APPLICATION = "tidegate/ses_1";

  @Test
  void listDatabasesShowsWhatTheLeaseReachesAndNoSizesOfOthers() {
    Rewrite rewrite = only("readonly", "{listDatabases: 1, $db: 'admin'}");
    BsonDocument reply =
        BsonDocument.parse(
            "{databases: [{name: 'admin', sizeOnDisk: {$numberLong: '10'}}, {name: 'hr',"
                + " sizeOnDisk: {$numberLong: '100'}}, {name: 'shop', sizeOnDisk: {$numberLong:"
                + " '1000'}}], totalSize: {$numberLong: '1110'}, totalSizeMb: {$numberLong: '0'},"
                + " ok: 1}");
    BsonDocument shown = rewrite.reply(reply, APPLICATION);
    assertThat(shown.getArray("databases")).hasSize(1);
    assertThat(shown.toJson()).contains("shop").doesNotContain("hr", "admin");
    assertThat(shown.getInt64("totalSize").getValue()).isEqualTo(1000);
    assertThat(shown.getInt32("ok").getValue()).isEqualTo(1);
    assertThat(reply.getArray("databases")).hasSize(3);
    assertThat(rewrites("monitor", "{listDatabases: 1, $db: 'admin'}")).isEmpty();
  }

  @Test
  void anErrorIsHandedOnAsItIs() {
    BsonDocument error = BsonDocument.parse("{ok: 0, code: 13}");
    assertThat(only("readonly", "{listDatabases: 1, $db: 'admin'}").reply(error, APPLICATION))
        .isEqualTo(error);
    assertThat(only("collection", "{listCollections: 1, $db: 'shop'}").reply(error, APPLICATION))
        .isEqualTo(error);
    assertThat(only("readonly", "{connectionStatus: 1, $db: 'admin'}").reply(error, APPLICATION))
        .isEqualTo(error);
  }

  @Test
  void listCollectionsShowsTheCollectionsThatTheLeaseNames() {
    String json =
        "{listCollections: 1, filter: {type: 'collection'}, cursor: {batchSize: 1}, $db: 'shop'}";
    Rewrite rewrite = only("collection", json);
    BsonDocument request = rewrite.request(BsonDocument.parse(json), APPLICATION);
    assertThat(request.getDocument("filter"))
        .isEqualTo(
            BsonDocument.parse(
                "{$and: [{name: {$in: ['orders', 'scratch']}}, {type: 'collection'}]}"));
    assertThat(request.getDocument("cursor")).isEmpty();
    BsonDocument shown =
        rewrite.reply(
            BsonDocument.parse(
                "{cursor: {id: {$numberLong: '0'}, firstBatch: [{name: 'orders'}, {name:"
                    + " 'customers'}]}, ok: 1}"),
            APPLICATION);
    assertThat(shown.getDocument("cursor").getArray("firstBatch"))
        .containsExactly(BsonDocument.parse("{name: 'orders'}"));
    assertThat(rewrites("readonly", "{listCollections: 1, $db: 'shop'}")).isEmpty();
  }

  @Test
  void currentOpShowsThisSessionAlone() {
    Rewrite rewrite = only("readonly", "{currentOp: 1, $db: 'admin'}");
    assertThat(
            rewrite.request(
                BsonDocument.parse("{currentOp: 1, $all: true, $and: [{a: 1}], $db: 'admin'}"),
                APPLICATION))
        .isEqualTo(
            BsonDocument.parse(
                "{currentOp: 1, $and: [{appName: 'tidegate/ses_1'}, {a: 1}], $db: 'admin',"
                    + " $ownOps: true}"));
    assertThat(rewrites("monitor", "{currentOp: 1, $db: 'admin'}")).isEmpty();
  }

  @Test
  void currentOpIsNarrowedWhateverFieldsItHas() {
    String json = "{currentOp: 1, pipeline: [{$currentOp: {}}], $all: true, $db: 'admin'}";
    assertThat(only("readonly", json).request(BsonDocument.parse(json), APPLICATION))
        .isEqualTo(
            BsonDocument.parse(
                "{currentOp: 1, pipeline: [{$currentOp: {}}], $db: 'admin', $ownOps: true, $and:"
                    + " [{appName: 'tidegate/ses_1'}]}"));
  }

  @Test
  void operationsOfOthersAreTakenOutForTargetsThatKnowNoFilter() {
    Rewrite rewrite = only("readonly", "{currentOp: 1, $db: 'admin'}");
    rewrite.request(BsonDocument.parse("{currentOp: 1, $db: 'admin'}"), APPLICATION);
    assertThat(
            rewrite.reply(
                BsonDocument.parse(
                    "{inprog: [{opid: 1, appName: 'tidegate/ses_1'}, {opid: 2, appName:"
                        + " 'tidegate/ses_2'}, {opid: 3}], ok: 1}"),
                APPLICATION))
        .isEqualTo(BsonDocument.parse("{inprog: [{opid: 1, appName: 'tidegate/ses_1'}], ok: 1}"));
  }

  @Test
  void currentOpAsAStageShowsThisSessionAlone() {
    String json =
        "{aggregate: 1, pipeline: [{$currentOp: {allUsers: true, localOps: true}}, {$match: {}}],"
            + " cursor: {}, $db: 'admin'}";
    Rewrite rewrite = only("readonly", json);
    assertThat(rewrite.request(BsonDocument.parse(json), APPLICATION).getArray("pipeline"))
        .isEqualTo(
            BsonDocument.parse(
                    "{p: [{$currentOp: {allUsers: false, localOps: true}}, {$match: {appName:"
                        + " 'tidegate/ses_1'}}, {$match: {}}]}")
                .getArray("p"));
    assertThat(rewrites("monitor", json)).isEmpty();
  }

  @Test
  void connectionStatusNamesThePersonAndTheLease() {
    Rewrite rewrite =
        only("collection", "{connectionStatus: 1, showPrivileges: true, $db: 'admin'}");
    String shown =
        rewrite
            .reply(
                BsonDocument.parse(
                    "{authInfo: {authenticatedUsers: [{user: 'svc-shop', db: 'admin'}],"
                        + " authenticatedUserRoles: [{role: 'readWrite', db: 'hr'}],"
                        + " authenticatedUserPrivileges: [{resource: {db: 'hr', collection: ''},"
                        + " actions: ['find']}]}, ok: 1}"),
                APPLICATION)
            .toJson();
    assertThat(shown)
        .contains("engineer@acme", "$external", "\"orders\"", "\"ok\": 1")
        .doesNotContain("svc-shop", "hr", "readWrite");
  }

  @Test
  void connectionStatusNamesADirectUserAsItSignedIn() {
    List<String> shown = new ArrayList<>();
    for (Binding binding : TestLeases.bindings()) {
      BsonDocument reply =
          new Rewrite.HumanIdentity(TestLeases.direct(binding, Network.of()))
              .reply(
                  BsonDocument.parse("{authInfo: {authenticatedUsers: [{user: 'svc-shop'}]}}"),
                  APPLICATION);
      BsonDocument user =
          reply.getDocument("authInfo").getArray("authenticatedUsers").get(0).asDocument();
      shown.add(user.getString("user").getValue() + " of " + user.getString("db").getValue());
    }
    assertThat(shown)
        .containsExactly(
            "engineer@acme of $external",
            "engineer@acme of $external",
            "app of admin",
            "app of admin",
            "app of shop",
            "CN=app,O=acme of $external",
            "CN=app of $external",
            "app@example of $external",
            "cn=apps,dc=example of $external");
  }

  private static Rewrite only(String lease, String json) {
    List<Rewrite> rewrites = rewrites(lease, json);
    assertThat(rewrites).hasSize(1);
    return rewrites.getFirst();
  }

  private static List<Rewrite> rewrites(String lease, String json) {
    return ((Decision.Allow)
            Policy.decide(TestLeases.named(lease), Corpus.command(json), TestLeases.DURING))
        .rewrites();
  }
}
