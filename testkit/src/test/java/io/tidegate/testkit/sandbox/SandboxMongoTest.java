package io.tidegate.testkit.sandbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sandbox through MongoDB's own Java driver. */
class SandboxMongoTest {

  private static final int UNAUTHORIZED = 13;

  private SandboxMongo sandbox;
  private final List<MongoClient> clients = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    sandbox = SandboxMongo.builder().start();
    sandbox.createUser("reader", "reader-secret", "admin", List.of(new RoleGrant("read", "shop")));
    sandbox.createUser(
        "writer", "writer-secret", "admin", List.of(new RoleGrant("readWrite", "shop")));
    sandbox.insert("shop", "orders", documents(250));
    sandbox.insert("shop", "customers", documents(10));
    sandbox.insert("hr", "salaries", documents(3));
  }

  @AfterEach
  void stop() {
    clients.forEach(MongoClient::close);
    sandbox.close();
  }

  private static List<BsonDocument> documents(int count) {
    List<BsonDocument> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      documents.add(
          BsonDocument.parse(
              "{_id: %d, n: %d, state: '%s'}".formatted(i, i % 7, i % 2 == 0 ? "paid" : "open")));
    }
    return documents;
  }

  private MongoClient client(String uri) {
    MongoClient client =
        MongoClients.create(
            MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(uri))
                .applyToClusterSettings(
                    settings -> settings.serverSelectionTimeout(5, TimeUnit.SECONDS))
                .build());
    clients.add(client);
    return client;
  }

  private MongoClient as(String user, String options) {
    return client(sandbox.uri(user, user + "-secret") + options);
  }

  private static int codeOf(Runnable action) {
    return catchThrowableOfType(MongoCommandException.class, action::run).getErrorCode();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&authMechanism=SCRAM-SHA-256", "&authMechanism=SCRAM-SHA-1"})
  void theRightPasswordSignsInAndAWrongOneDoesNot(String mechanism) {
    MongoClient right = as("reader", mechanism);
    assertThat(right.getDatabase("shop").getCollection("orders").countDocuments()).isEqualTo(250);

    MongoClient wrong = client(sandbox.uri("reader", "not-the-secret") + mechanism);
    assertThatThrownBy(() -> wrong.getDatabase("shop").getCollection("orders").countDocuments())
        .isInstanceOf(MongoSecurityException.class)
        .hasRootCauseInstanceOf(MongoCommandException.class);
    assertThat(sandbox.failedAuthentications()).isPositive();
  }

  @Test
  void aStrangerMayGreetAndNothingElse() {
    MongoClient stranger = client("mongodb://" + sandbox.address() + "/");

    stranger.getDatabase("admin").runCommand(new Document("ping", 1));

    assertThatThrownBy(() -> stranger.getDatabase("shop").getCollection("orders").find().first())
        .isInstanceOfSatisfying(
            MongoCommandException.class,
            e -> {
              assertThat(e.getErrorCode()).isEqualTo(UNAUTHORIZED);
              assertThat(e.getErrorMessage()).isEqualTo("command find requires authentication");
            });
  }

  @Test
  void aReaderReadsItsDatabaseAndWritesNothing() {
    MongoCollection<Document> orders = as("reader", "").getDatabase("shop").getCollection("orders");

    assertThat(orders.find(Filters.eq("n", 3)).into(new ArrayList<>())).hasSize(36);
    assertThat(codeOf(() -> orders.insertOne(new Document("_id", 999)))).isEqualTo(UNAUTHORIZED);
    assertThat(codeOf(() -> orders.updateOne(new Document(), Updates.set("n", 1))))
        .isEqualTo(UNAUTHORIZED);
    assertThat(codeOf(() -> orders.deleteMany(new Document()))).isEqualTo(UNAUTHORIZED);
    assertThat(codeOf(() -> orders.aggregate(List.of(Aggregates.out("copy"))).toCollection()))
        .isEqualTo(UNAUTHORIZED);
    assertThat(sandbox.count("shop", "orders")).isEqualTo(250);
    assertThat(sandbox.count("shop", "copy")).isZero();
  }

  @Test
  void aWriterWritesItsDatabase() {
    MongoCollection<Document> orders = as("writer", "").getDatabase("shop").getCollection("orders");

    orders.insertOne(new Document("_id", 999));
    orders.updateOne(Filters.eq("_id", 999), Updates.set("state", "paid"));

    assertThat(orders.find(Filters.eq("_id", 999)).first()).containsEntry("state", "paid");
    assertThat(orders.deleteOne(Filters.eq("_id", 999)).getDeletedCount()).isEqualTo(1);
    assertThat(orders.findOneAndUpdate(Filters.eq("_id", 4), Updates.inc("n", 10)))
        .containsEntry("n", 4);
    orders.aggregate(List.of(Aggregates.limit(5), Aggregates.out("copy"))).toCollection();
    assertThat(sandbox.count("shop", "copy")).isEqualTo(5);
  }

  @Test
  void anotherDatabaseCanBeNeitherReadNorListedNorReachedThroughAPipeline() {
    MongoClient writer = as("writer", "");

    assertThat(codeOf(() -> writer.getDatabase("hr").getCollection("salaries").find().first()))
        .isEqualTo(UNAUTHORIZED);
    assertThat(codeOf(() -> writer.getDatabase("hr").listCollections().first()))
        .isEqualTo(UNAUTHORIZED);
    assertThat(writer.listDatabaseNames()).containsExactly("shop");
    assertThat(
            codeOf(() ->
                writer
                    .getDatabase("shop")
                    .getCollection("orders")
                    .aggregate(
                        List.of(Document.parse("{$merge: {into: {db: 'hr', coll: 'salaries'}}}")))
                    .toCollection()))
        .isEqualTo(UNAUTHORIZED);
    assertThat(sandbox.count("hr", "salaries")).isEqualTo(3);
    assertThat(client(sandbox.adminUri()).listDatabaseNames()).contains("shop", "hr", "admin");
  }

  @Test
  void cursorsGoOnInBatchesAndBelongToTheirUser() {
    MongoClient reader = as("reader", "");
    var orders = reader.getDatabase("shop").getCollection("orders");

    assertThat(orders.find().batchSize(30).into(new ArrayList<>())).hasSize(250);
    assertThat(orders.aggregate(List.of()).into(new ArrayList<>())).hasSize(250);
    assertThat(sandbox.openCursors()).isZero();

    try (var cursor = orders.find().batchSize(10).cursor()) {
      cursor.next();
      assertThat(sandbox.openCursors()).isEqualTo(1);
      long id = requireNonNull(cursor.getServerCursor()).getId();
      var stolen = new Document("getMore", id).append("collection", "orders");
      assertThat(codeOf(() -> as("writer", "").getDatabase("shop").runCommand(stolen)))
          .isEqualTo(UNAUTHORIZED);
      reader.getDatabase("shop").runCommand(stolen);
    }
    assertThat(sandbox.openCursors()).isZero();
  }

  @Test
  void joinsUnionsAndViewsWorkInsideADatabase() {
    MongoClient writer = as("writer", "");
    var shop = writer.getDatabase("shop");
    var orders = shop.getCollection("orders");

    assertThat(
            orders
                .aggregate(
                    List.of(
                        Document.parse("{$unionWith: {coll: 'customers', pipeline: []}}"),
                        Document.parse("{$count: 'all'}")))
                .first())
        .containsEntry("all", 260);
    Document joined =
        orders
            .aggregate(
                List.of(
                    Document.parse("{$match: {_id: 3}}"),
                    Document.parse(
                        "{$lookup: {from: 'customers', localField: 'n', foreignField: 'n',"
                            + " as: 'who'}}")))
            .first();
    assertThat(requireNonNull(joined).getList("who", Document.class)).hasSize(1);
    shop.createView("paid", "orders", List.of(Document.parse("{$match: {state: 'paid'}}")));
    assertThat(shop.getCollection("paid").countDocuments()).isEqualTo(125);
    assertThat(shop.getCollection("paid").find(Filters.eq("_id", 3)).first()).isNull();
    assertThat(shop.getCollection("paid").find(Filters.eq("_id", 4)).first()).isNotNull();
  }

  @Test
  void killOpEndsABlockedCommandAndNoOther() throws Exception {
    MongoClient reader = as("reader", "&appName=stuck");
    MongoClient admin = client(sandbox.adminUri());
    sandbox.blockCommands(Set.of("find"), Duration.ofMinutes(5));
    var orders = reader.getDatabase("shop").getCollection("orders");
    var stuck = CompletableFuture.supplyAsync(() -> codeOf(() -> orders.find().first()));
    while (sandbox.runningOperations().stream().noneMatch(op -> op.command().equals("find"))) {
      Thread.onSpinWait();
    }

    Document seen =
        admin
            .getDatabase("admin")
            .aggregate(
                List.of(
                    Document.parse("{$currentOp: {allUsers: true}}"),
                    Document.parse("{$match: {appName: 'stuck', ns: 'shop.orders'}}")))
            .first();
    int opid = requireNonNull(seen).getInteger("opid");
    assertThat(
            codeOf(() ->
                as("writer", "")
                    .getDatabase("admin")
                    .runCommand(new Document("killOp", 1).append("op", opid))))
        .isEqualTo(UNAUTHORIZED);
    assertThat(stuck).isNotDone();

    admin.getDatabase("admin").runCommand(new Document("killOp", 1).append("op", opid));

    assertThat(stuck.get(10, TimeUnit.SECONDS)).isEqualTo(11601);
    sandbox.clearFailPoints();
    assertThat(orders.find().first()).isNotNull();
  }

  @Test
  void usersAreMadeChangedAndDropped() {
    var admin = client(sandbox.adminUri()).getDatabase("admin");
    admin.runCommand(
        Document.parse(
            "{createUser: 'temp', pwd: 'temp-secret', roles: [{role: 'read', db: 'shop'}]}"));
    MongoClient temp = as("temp", "");
    assertThat(temp.getDatabase("shop").getCollection("orders").countDocuments()).isEqualTo(250);

    admin.runCommand(
        Document.parse("{grantRolesToUser: 'temp', roles: [{role: 'read', db: 'hr'}]}"));
    assertThat(temp.getDatabase("hr").getCollection("salaries").countDocuments()).isEqualTo(3);

    admin.runCommand(Document.parse("{dropUser: 'temp'}"));
    assertThat(codeOf(() -> temp.getDatabase("shop").getCollection("orders").find().first()))
        .isEqualTo(UNAUTHORIZED);
    assertThat(admin.runCommand(Document.parse("{usersInfo: 1}")).getList("users", Document.class))
        .extracting(user -> user.getString("user"))
        .contains("reader", "writer")
        .doesNotContain("temp");
    assertThat(
            codeOf(() ->
                as("writer", "")
                    .getDatabase("admin")
                    .runCommand(Document.parse("{createUser: 'x', pwd: 'x', roles: []}"))))
        .isEqualTo(UNAUTHORIZED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "&directConnection=true",
        "&replicaSet=rs0",
        "&replicaSet=rs0&directConnection=true"
      })
  void aReplicaSetPoseServesEveryKindOfUri(String options) throws IOException {
    try (SandboxMongo member = SandboxMongo.builder().replicaSet("rs0").start()) {
      MongoClient client = client(member.adminUri() + options);
      var orders = client.getDatabase("shop").getCollection("orders");

      orders.insertOne(new Document("_id", 1));

      assertThat(orders.countDocuments()).isEqualTo(1);
      Document hello = client.getDatabase("admin").runCommand(new Document("hello", 1));
      assertThat(hello)
          .containsEntry("setName", "rs0")
          .containsEntry("me", member.address())
          .containsEntry("hosts", List.of(member.address()));
    }
  }

  @Test
  void aStandaloneHasNoSet() {
    Document hello = as("reader", "").getDatabase("admin").runCommand(new Document("hello", 1));
    assertThat(hello)
        .doesNotContainKeys("setName", "hosts", "me")
        .containsEntry("isWritablePrimary", true);
  }

  @Test
  void bulkWriteCountsEachKind() {
    var admin = as("writer", "").getDatabase("admin");
    Document reply =
        admin.runCommand(
            Document.parse(
                "{bulkWrite: 1, ops: [{insert: 0, document: {_id: 'new'}}, {update: 0, filter:"
                    + " {_id: 1}, updateMods: {$set: {state: 'sent'}}}, {delete: 1, filter: {_id:"
                    + " 2}}], nsInfo: [{ns: 'shop.orders'}, {ns: 'shop.customers'}]}"));
    assertThat(reply)
        .containsEntry("nInserted", 1)
        .containsEntry("nModified", 1)
        .containsEntry("nDeleted", 1)
        .containsEntry("nErrors", 0);
    assertThat(
            codeOf(() ->
                admin.runCommand(
                    Document.parse(
                        "{bulkWrite: 1, ops: [{insert: 0, document: {}}], nsInfo: [{ns:"
                            + " 'hr.salaries'}]}"))))
        .isEqualTo(UNAUTHORIZED);
    assertThat(sandbox.count("hr", "salaries")).isEqualTo(3);
  }
}
