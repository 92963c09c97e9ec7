package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.Footprint.DriverCommand;
import io.tidegate.access.Footprint.Never;
import io.tidegate.access.Footprint.NotUnderstood;
import io.tidegate.access.Footprint.Touches;
import io.tidegate.wire.Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FootprintTest {

  static Stream<String> documented() throws IOException {
    try (InputStream in = FootprintTest.class.getResourceAsStream("/commands.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .flatMap(line -> Stream.of(line.split(" ")))
              .toList()
              .stream();
    }
  }

  static Stream<String> known() {
    return CommandCatalogue.names().stream();
  }

  @ParameterizedTest
  @MethodSource("documented")
  void everyDocumentedCommandIsKnown(String name) {
    assertThat(CommandCatalogue.find(name)).isNotNull();
    assertThat(CommandCatalogue.find(name + "X")).isNull();
  }

  @ParameterizedTest
  @MethodSource("known")
  void everyKnownCommandTouchesSomethingOrIsRefusedOrIsADriversNeed(String name) {
    for (BsonDocument body :
        List.of(
            new BsonDocument(name, new BsonInt32(1)),
            new BsonDocument(name, new BsonString("shop.orders")))) {
      Footprint footprint = Footprint.of(Command.of(body.append("$db", new BsonString("shop"))));
      switch (footprint) {
        case Touches touches ->
            assertThat(touches.touches().size() + touches.narrowings().size()).isPositive();
        case DriverCommand driver -> assertThat(driver.kind()).isNotNull();
        case Never never -> assertThat(never.what()).isNotBlank();
        case NotUnderstood unknown -> assertThat(unknown.what()).isNotBlank();
      }
    }
  }

  @Test
  void anUnknownFieldIsRefusedOnEveryCommandThatNamesCollections() {
    Set<String> lenient = new TreeSet<>();
    for (String name : CommandCatalogue.names()) {
      CommandSpec spec = Objects.requireNonNull(CommandCatalogue.find(name));
      if (spec.fields() == null) {
        Footprint footprint =
            Footprint.of(Corpus.command("{'" + name + "': 'shop.orders', $db: 'shop'}"));
        if (footprint instanceof Touches touches
            && touches.touches().stream()
                .anyMatch(touch ->
                    touch.resource() instanceof Resource.Collection shown
                        && shown.database().equals("shop"))) {
          lenient.add(spec.name());
        }
      }
    }
    // Only sharding commands: what else they carry are keys, chunks and shards.
    assertThat(lenient)
        .isSubsetOf(
            "abortMoveCollection",
            "abortReshardCollection",
            "abortUnshardCollection",
            "analyzeShardKey",
            "balancerCollectionStatus",
            "cleanupReshardCollection",
            "clearJumboFlag",
            "commitReshardCollection",
            "configureCollectionBalancing",
            "configureQueryAnalyzer",
            "getShardVersion",
            "mergeAllChunksOnShard",
            "mergeChunks",
            "moveChunk",
            "moveCollection",
            "moveRange",
            "refineCollectionShardKey",
            "reshardCollection",
            "shardCollection",
            "split",
            "splitChunk",
            "splitVector",
            "unshardCollection");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{find: 'orders', $db: 'shop'} | shop.orders [find]",
        "{delete: 'orders', deletes: [{q: {}, limit: 1}], $db: 'shop'} | shop.orders [remove]",
        "{update: 'o', updates: [{q: {}, u: {}, upsert: true}], $db: 'shop'} | shop.o [insert"
            + " update]",
        "{aggregate: 'o', pipeline: [{$merge: {into: 'p', whenMatched: 'fail'}}], $db: 's'} | s.o"
            + " [find], s.p [insert]",
        "{aggregate: 'o', pipeline: [{$merge: 'p'}], $db: 's'} | s.o [find], s.p [insert update]",
        "{aggregate: 'o', pipeline: [{$out: {db: 't', coll: 'p'}}], bypassDocumentValidation: true,"
            + " $db: 's'} | s.o [find], t.p [insert remove bypassDocumentValidation]",
        "{aggregate: 1, pipeline: [{$changeStream: {}}], $db: 's'} | s [find changeStream]",
        "{aggregate: 1, pipeline: [{$changeStream: {allChangesForCluster: true}}], $db: 'admin'} |"
            + " every database [find changeStream]",
        "{renameCollection: 's.a', to: 't.b', dropTarget: true, $db: 'admin'} | s.a [find"
            + " dropCollection], t.b [insert createIndex], t.b [dropCollection]",
        "{mapReduce: 'o', map: 'f', reduce: 'f', out: {merge: 'p', db: 't'}, $db: 's'} | s.o"
            + " [find], t.p [insert update]",
        "{explain: {aggregate: 'o', pipeline: [{$unionWith: 'p'}], cursor: {}}, $db: 's'} | s.o"
            + " [find], s.p [find]",
        "{create: 'v', viewOn: 'o', pipeline: [{$lookup: {from: 'p', as: 'x', pipeline: []}}], $db:"
            + " 's'} | s.v [createCollection], s.o [find], s.v [find], s.p [find]",
        "{shutdown: 1, $db: 'admin'} | the cluster [shutdown]",
        "{dropDatabase: 1, $db: 's'} | s [dropDatabase]",
        "{findAndModify: 'o', remove: true, $db: 's'} | s.o [find remove]",
        "{usersInfo: {forAllDBs: true}, $db: 's'} | the cluster [viewUser]",
        "{enableSharding: 't', $db: 'admin'} | t [enableSharding]",
        "{insert: 'o', documents: [{$out: 'x', find: 'y'}], $db: 's'} | s.o [insert]",
      })
  void touchesExactly(String json, String expected) {
    Touches touches = (Touches) Footprint.of(Corpus.command(json));
    assertThat(
            touches.touches().stream()
                .map(touch ->
                    touch.resource()
                        + " ["
                        + String.join(
                            " ", touch.actions().stream().map(Action::actionName).toList())
                        + "]")
                .toList())
        .isEqualTo(List.of(expected.split(", ")));
  }

  @Test
  void aBulkWriteOfManyTouchesEachNamespaceOnce() {
    StringBuilder operations = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      operations
          .append(i == 0 ? "" : ",")
          .append("{insert: ")
          .append(i % 2)
          .append(", document: {}}");
    }
    Touches touches =
        (Touches)
            Footprint.of(
                Corpus.command(
                    "{bulkWrite: 1, ops: ["
                        + operations
                        + "], nsInfo: [{ns: 's.a'}, {ns: 's.b'}], $db: 'admin'}"));
    assertThat(touches.touches()).hasSize(2);
  }

  @Test
  void everyStageOfTheManualIsUnderstoodAndNoOther() {
    assertThat(Pipelines.known())
        .contains("$lookup", "$graphLookup", "$unionWith", "$out", "$merge", "$facet")
        .doesNotContain("$where", "$mergeCursors", "$backupCursor", "$setVariableFromSubPipeline")
        .allSatisfy(name -> assertThat(name).startsWith("$").doesNotContain("_internal"));
  }

  @Test
  void everyActionHasTheNameItIsFoundBy() {
    for (Action action : Action.values()) {
      assertThat(Action.named(action.actionName())).isSameAs(action);
      assertThat(Action.named(action.name())).isNull();
    }
  }

  private static BsonDocument unions(int count) {
    BsonArray pipeline = new BsonArray();
    for (int i = 0; i < count; i++) {
      pipeline.add(new BsonDocument("$unionWith", new BsonString("c" + i)));
    }
    return new BsonDocument("aggregate", new BsonString("orders"))
        .append("pipeline", pipeline)
        .append("cursor", new BsonDocument())
        .append("$db", new BsonString("shop"));
  }

  @Test
  void aThousandStagesAreReadAndMoreAreNotUnderstood() {
    assertThat(Footprint.of(Command.of(unions(1_000))))
        .isInstanceOfSatisfying(
            Touches.class, touches -> assertThat(touches.touches()).hasSize(1_001));
    assertThat(Footprint.of(Command.of(unions(1_001)))).isInstanceOf(NotUnderstood.class);
  }

  @Test
  void stagesCountAtAnyDepth() {
    BsonArray outer = new BsonArray();
    for (int i = 0; i < 40; i++) {
      outer.add(
          new BsonDocument(
              "$unionWith",
              new BsonDocument("coll", new BsonString("c" + i))
                  .append("pipeline", unions(30).getArray("pipeline"))));
    }
    BsonDocument command = unions(1);
    command.put("pipeline", outer);
    assertThat(Footprint.of(Command.of(command))).isInstanceOf(NotUnderstood.class);
  }

  private static BsonDocument bulk(int namespaces) {
    BsonArray infos = new BsonArray();
    BsonArray operations = new BsonArray();
    for (int i = 0; i < namespaces; i++) {
      infos.add(new BsonDocument("ns", new BsonString("shop.c" + i)));
      operations.add(
          new BsonDocument("insert", new BsonInt32(i)).append("document", new BsonDocument()));
    }
    return new BsonDocument("bulkWrite", new BsonInt32(1))
        .append("ops", operations)
        .append("nsInfo", infos)
        .append("$db", new BsonString("admin"));
  }

  @Test
  @Timeout(20)
  void aBulkWriteOnTenThousandNamespacesIsReadAndOnMoreIsNotUnderstood() {
    Footprint most = Footprint.of(Command.of(bulk(10_000)));
    assertThat(most)
        .isInstanceOfSatisfying(
            Touches.class, touches -> assertThat(touches.touches()).hasSize(10_000));
    assertThat(Footprint.of(Command.of(bulk(10_001)))).isInstanceOf(NotUnderstood.class);
  }

  @Test
  void manyTouchesThatNeedTheSameAreOne() {
    BsonDocument command = unions(40);
    command.getArray("pipeline").addAll(unions(40).getArray("pipeline"));
    assertThat(Footprint.of(Command.of(command)))
        .isInstanceOfSatisfying(
            Touches.class, touches -> assertThat(touches.touches()).hasSize(41));
  }
}
