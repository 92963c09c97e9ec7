package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/**
 * What support staff get to see. {@code PLANTED} stands wherever a server puts pieces of documents;
 * it must not come out, and what describes the deployment must.
 */
class DiagnosticsTest {
  private static final String PLANTED = "planted-4711";
  private static final String APPLICATION = "tidegate/ses_1";

  @Test
  void noPrivilegeOfSupportReadsOrWritesDocuments() {
    Set<Action> harmless =
        Set.of(
            Action.COLL_STATS,
            Action.DB_STATS,
            Action.INDEX_STATS,
            Action.LIST_COLLECTIONS,
            Action.LIST_INDEXES);
    for (Privilege privilege : Diagnostics.privileges()) {
      if (!(privilege.resource() instanceof ResourcePattern.OfCluster)) {
        assertThat(harmless).containsAll(privilege.actions());
      }
      assertThat(privilege.actions())
          .doesNotContain(
              Action.ANY_ACTION, Action.FIND, Action.GET_LOG, Action.SET_PARAMETER, Action.KILLOP);
    }
  }

  @Test
  void operationsLoseTheirCommands() {
    String json = "{currentOp: 1, $all: true, 'command.filter.ssn': 'guess', $db: 'admin'}";
    Rewrite rewrite = only("support", json);
    assertThat(rewrite.request(BsonDocument.parse(json), APPLICATION))
        .isEqualTo(BsonDocument.parse("{currentOp: 1, $all: true, $db: 'admin'}"));
    BsonDocument shown =
        reply(
            rewrite,
            BsonDocument.parse(
                "{inprog: [{opid: 7, ns: 'shop.orders', op: 'query', secs_running: 3, planSummary:"
                    + " 'IXSCAN { a: 1 }', command: {find: 'orders', filter: {ssn: 'PL'}},"
                    + " cursor: {originatingCommand: {filter: {ssn: 'PL'}}}, query: {a: 'PL'},"
                    + " msg: 'PL', comment: 'PL', newField: 'PL'}], ok: 1}"
                        .replace("PL", PLANTED)));
    assertThat(shown.toJson())
        .doesNotContain(PLANTED)
        .contains("\"opid\": 7", "shop.orders", "IXSCAN", "\"commandName\": \"find\"", "\"ok\": 1");
  }

  @Test
  void theServerTakesTheCommandsOutOfTheStage() {
    String json =
        "{aggregate: 1, pipeline: [{$currentOp: {allUsers: true}}, {$match: {'command.filter.ssn':"
            + " 'guess'}}], cursor: {}, $db: 'admin'}";
    BsonDocument request = only("support", json).request(BsonDocument.parse(json), APPLICATION);
    assertThat(request.getArray("pipeline")).hasSize(3);
    BsonDocument projection =
        request.getArray("pipeline").get(1).asDocument().getDocument("$project");
    assertThat(projection.keySet())
        .contains("opid", "ns", "planSummary")
        .doesNotContain("command", "cursor", "effectiveUsers", "clientMetadata");
    assertThat(projection.getInt32("_id").getValue()).isZero();
  }

  @Test
  void aStageIsNarrowedHoweverDeepItStands() {
    String json =
        "{aggregate: 'history', pipeline: [{$facet: {a: [{$indexStats: {}}]}}], cursor: {}, $db:"
            + " '__realm_sync'}";
    BsonDocument request =
        only("support-sync", json).request(BsonDocument.parse(json), APPLICATION);
    assertThat(
            request
                .getArray("pipeline")
                .get(0)
                .asDocument()
                .getDocument("$facet")
                .getArray("a")
                .get(1)
                .asDocument()
                .getDocument("$project")
                .keySet())
        .containsExactlyInAnyOrder("_id", "name", "key", "host", "shard", "accesses");
  }

  @Test
  void collectionsLoseValidatorsAndPipelines() {
    String json =
        "{listCollections: 1, filter: {name: 'orders', 'options.validator.ssn': 'guess'}, cursor:"
            + " {batchSize: 1}, $db: 'shop'}";
    Rewrite rewrite = only("support", json);
    assertThat(rewrite.request(BsonDocument.parse(json), APPLICATION))
        .isEqualTo(
            BsonDocument.parse(
                "{listCollections: 1, filter: {name: 'orders'}, cursor: {}, $db: 'shop'}"));
    BsonDocument shown =
        reply(
            rewrite,
            BsonDocument.parse(
                "{cursor: {id: {$numberLong: '9'}, ns: 'shop.$cmd', firstBatch: [{name: 'orders',"
                    + " type: 'collection', options: {capped: true, validator: {ssn: 'PL'}},"
                    + " idIndex: {v: 2, key: {_id: 1}, name: '_id_', partialFilterExpression: {a:"
                    + " 'PL'}}}, {name: 'v', type: 'view', options: {viewOn: 'orders', pipeline:"
                    + " [{$match: {ssn: 'PL'}}]}}]}, ok: 1}".replace("PL", PLANTED)));
    assertThat(shown.toJson())
        .doesNotContain(PLANTED)
        .contains("\"capped\": true", "\"viewOn\": \"orders\"", "_id_");
    assertThat(shown.getDocument("cursor").getInt64("id").getValue())
        .as("no more of it by getMore, where nobody takes anything out")
        .isZero();
  }

  @Test
  void indexesLoseTheValuesOfTheirFilters() {
    String json = "{listIndexes: 'orders', cursor: {batchSize: 1}, $db: 'shop'}";
    Rewrite rewrite = only("support", json);
    assertThat(rewrite.request(BsonDocument.parse(json), APPLICATION).getDocument("cursor"))
        .isEmpty();
    assertThat(
            reply(
                    rewrite,
                    BsonDocument.parse(
                        "{cursor: {id: {$numberLong: '0'}, firstBatch: [{v: 2, key: {a: 1}, name:"
                            + " 'a_1', partialFilterExpression: {ssn: 'PL'}, weights: {PL: 1}}]},"
                            + " ok: 1}".replace("PL", PLANTED)))
                .getDocument("cursor")
                .getArray("firstBatch")
                .get(0))
        .isEqualTo(BsonDocument.parse("{v: 2, key: {a: 1}, name: 'a_1', partial: true}"));
  }

  @Test
  void whatEveryoneElseSeesStaysWhole() {
    for (String json :
        List.of(
            "{listCollections: 1, $db: 'shop'}",
            "{listIndexes: 'orders', $db: 'shop'}",
            "{currentOp: 1, $db: 'admin'}")) {
      assertThat(rewrites("monitor", json)).as(json).isEmpty();
    }
  }

  private static BsonDocument reply(Rewrite rewrite, BsonDocument reply) {
    return rewrite.reply(reply, APPLICATION);
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
