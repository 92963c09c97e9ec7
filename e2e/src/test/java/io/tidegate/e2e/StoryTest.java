package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.e2e.support.DbAccess;
import io.tidegate.e2e.support.Eventually;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.testkit.demo.DemoData;
import io.tidegate.testkit.target.TargetReport;
import io.tidegate.testkit.tool.GoClient;
import io.tidegate.testkit.tool.NodeClients;
import io.tidegate.testkit.tool.PythonClient;
import io.tidegate.testkit.tool.Subprocess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The story of the README, with {@code ./tidegate start --demo} and its own sandbox. */
class StoryTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String DIRECT = "directConnection=true";

  private static RunningTidegate tidegate;
  private static DbAccess readonly;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    tidegate = RunningTidegate.start(RunningTidegate.Settings.demo(folder.resolve("data")));
    TargetReport.shared().ran(TargetReport.Target.SANDBOX, "in the demo");
    readonly = tidegate.person("engineer").access("readonly", "1h");
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (readonly != null) {
      readonly.close();
    }
    if (tidegate != null) {
      assertThat(tidegate.stop()).isLessThan(Duration.ofSeconds(5));
    }
  }

  private static List<String> bothUris() {
    assertThat(readonly.uri()).contains(DIRECT);
    return List.of(readonly.uri(), readonly.uriWithout(DIRECT));
  }

  @Test
  void mongosh() throws Exception {
    for (String uri : bothUris()) {
      Subprocess.Outcome outcome =
          NodeClients.installed()
              .mongosh(
                  uri,
                  """
                  const shop = db.getSiblingDB('shop');
                  print('count:', shop.orders.countDocuments());
                  print('names:', shop.getCollectionNames().join());
                  print('databases:', db.getMongo().getDBNames().join());
                  try { shop.orders.insertOne({}) } catch (e) { print('write:', e.code, e.message) }
                  try { db.getSiblingDB('hr').salaries.findOne() } catch (e) { print('hr:', e.code) }
                  """,
                  LIMIT);
      assertThat(outcome.output())
          .contains("count: " + DemoData.ORDERS)
          .contains("names: customers,orders,payments,products")
          .contains("databases: shop\n")
          .containsPattern("write: 13 .*outside-lease")
          .contains("hr: 13");
    }
  }

  @Test
  void pymongo() throws Exception {
    String program =
        """
        import os, pymongo
        client = pymongo.MongoClient(os.environ['MONGODB_URI'])
        print('count:', client.shop.orders.count_documents({}))
        print('all:', len(list(client.shop.customers.find(batch_size=500))))
        for what in (lambda: client.shop.orders.insert_one({}), lambda: client.hr.salaries.find_one()):
          try:
            what()
            print('allowed')
          except pymongo.errors.OperationFailure as e:
            print('code:', e.code)
        """;
    for (String uri : bothUris()) {
      assertThat(PythonClient.installed().run(uri, program, LIMIT).output())
          .isEqualTo(
              "count: %d\nall: %d\ncode: 13\ncode: 13\n"
                  .formatted(DemoData.ORDERS, DemoData.CUSTOMERS));
    }
  }

  @Test
  void node() throws Exception {
    String program =
        """
        const { MongoClient } = require('mongodb');
        (async () => {
          const client = new MongoClient(process.env.MONGODB_URI);
          const shop = client.db('shop');
          console.log('count:', await shop.collection('orders').countDocuments());
          await shop.collection('orders').insertOne({}).catch(e => console.log('code:', e.code));
          await client.db('hr').collection('salaries').findOne()
            .catch(e => console.log('code:', e.code));
          await client.close();
        })();
        """;
    for (String uri : bothUris()) {
      assertThat(NodeClients.installed().node(uri, program, LIMIT).output())
          .isEqualTo("count: %d\ncode: 13\ncode: 13\n".formatted(DemoData.ORDERS));
    }
  }

  @Test
  void go() throws Exception {
    for (String uri : bothUris()) {
      assertThat(GoClient.installed().run(uri, true, LIMIT).output())
          .contains("count: " + DemoData.ORDERS)
          .contains("(Unauthorized)")
          .contains("outside-lease");
    }
  }

  @Test
  void java() {
    for (String uri : bothUris()) {
      try (MongoClient client = MongoClients.create(uri)) {
        var orders = client.getDatabase("shop").getCollection("orders");
        assertThat(orders.countDocuments()).isEqualTo(DemoData.ORDERS);
        assertThat(orders.find().batchSize(1_000).into(new ArrayList<>())).hasSize(DemoData.ORDERS);
        assertThatThrownBy(() -> orders.insertOne(new Document()))
            .isInstanceOfSatisfying(
                MongoCommandException.class,
                e -> {
                  assertThat(e.getErrorCode()).isEqualTo(13);
                  assertThat(e.getErrorMessage()).contains("outside-lease");
                });
        assertThat(client.listDatabaseNames()).containsExactly("shop");
      }
    }
  }

  @Test
  void clientsThatInsistOnSigningInHaveALocalPassword() throws Exception {
    try (DbAccess local = tidegate.person("engineer").access("readonly", "1h", "--local-auth")) {
      String script = "print('count:', db.getSiblingDB('shop').orders.countDocuments())";
      assertThat(local.uri()).matches("mongodb://[^:]+:[^@]+@127\\.0\\.0\\.1:\\d+/.*");
      assertThat(NodeClients.installed().mongosh(local.uri(), script, LIMIT).output())
          .contains("count: " + DemoData.ORDERS);
      try (MongoClient client = MongoClients.create(local.uri())) {
        assertThat(client.getDatabase("shop").getCollection("orders").countDocuments())
            .isEqualTo(DemoData.ORDERS);
      }

      String wrong = local.uri().replaceFirst(":[^:@/]+@", ":wrong@");
      Subprocess.Outcome refused = NodeClients.installed().mongosh(wrong, script, LIMIT);
      assertThat(refused.succeeded()).isFalse();
      assertThat(refused.output()).doesNotContain("count:");

      String without = local.uri().replaceFirst("//[^@]*@", "//");
      assertThat(NodeClients.installed().mongosh(without, script, LIMIT).output())
          .doesNotContain("count:");
    }
  }

  @Test
  void aRequestWaitsForTheOwnerAndThenGoesOnByItself() throws Exception {
    try (DbAccess waiting =
        tidegate
            .person("engineer")
            .beginAccess("readwrite", "30m", "--reason", "correct one order")) {
      Eventually.yes(LIMIT, waiting::said, () -> !tidegate.person("owner").toApprove().isEmpty());
      assertThat(waiting.isReady()).isFalse();
      Document request = tidegate.person("owner").toApprove().getFirst();
      String id = request.getString("id");

      assertThat(tidegate.person("engineer").tidegate("requests", "approve", id).succeeded())
          .as("nobody approves their own request")
          .isFalse();
      assertThat(waiting.isReady()).isFalse();
      Subprocess.Outcome approved =
          tidegate.person("owner").signIn().tidegate("requests", "approve", id);
      assertThat(approved.exitCode()).as(approved.output()).isZero();

      waiting.awaitReady(LIMIT);
      try (MongoClient client = MongoClients.create(waiting.uri())) {
        var orders = client.getDatabase("shop").getCollection("orders");
        orders.insertOne(new Document("_id", "from-readwrite"));
        assertThat(orders.deleteOne(new Document("_id", "from-readwrite")).getDeletedCount())
            .isEqualTo(1);
        assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
            .isInstanceOfSatisfying(
                MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(13));
      }
    }
  }

  @Test
  void whatWasDoneIsShownAndTheAuditLogIsWhole() throws Exception {
    try (DbAccess access = tidegate.person("engineer").access("readonly", "30m")) {
      try (MongoClient client = MongoClients.create(access.uri())) {
        client
            .getDatabase("shop")
            .getCollection("products")
            .find(new Document("sku", "shown-later"))
            .first();
        assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
            .isInstanceOf(MongoCommandException.class);
      }
      var security = tidegate.person("security").signIn();
      Eventually.yes(
          LIMIT,
          () -> "sessions show",
          () -> security.tidegate("sessions", "show", access.sessionId()).output().contains("hr"));
      assertThat(security.tidegate("sessions", "show", access.sessionId()).output())
          .contains("find")
          .contains("shop.products");
      List<Document> commands =
          security.rest().items("/sessions/" + access.sessionId() + "/commands?limit=200");
      assertThat(commands.toString()).contains("shown-later").contains("outside-lease");

      assertThat(access.interrupt()).isZero();
    }
    assertThat(tidegate.person("security").tidegate("audit", "verify").exitCode()).isZero();
  }
}
