package io.tidegate.testkit.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.testkit.sandbox.RoleGrant;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MongoDB's clients of other languages against the sandbox, as a person would start them. */
class ClientsTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static SandboxMongo standalone;
  private static SandboxMongo member;

  @BeforeAll
  static void start() throws IOException {
    standalone = SandboxMongo.builder().start();
    member = SandboxMongo.builder().replicaSet("rs0").start();
    for (SandboxMongo sandbox : List.of(standalone, member)) {
      sandbox.createUser("reader", "secret", "admin", List.of(new RoleGrant("read", "shop")));
      List<BsonDocument> orders = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        orders.add(new BsonDocument("_id", new BsonInt32(i)));
      }
      sandbox.insert("shop", "orders", orders);
    }
  }

  @AfterAll
  static void stop() {
    standalone.close();
    member.close();
  }

  private static String uri(boolean replicaSet, String options) {
    return (replicaSet ? member : standalone).uri("reader", "secret") + options;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mongosh(boolean replicaSet) throws Exception {
    NodeClients clients = NodeClients.installed();
    String script =
        "const shop = db.getSiblingDB('shop');"
            + "print('count:', shop.orders.find().toArray().length);"
            + "try { shop.orders.insertOne({}) } catch (e) { print('code:', e.code) }";
    assertThat(clients.mongosh(uri(replicaSet, ""), script, LIMIT).output())
        .contains("count: 300", "code: 13");
    assertThat(clients.mongosh(uri(replicaSet, "").replace("secret", "wrong"), script, LIMIT))
        .satisfies(outcome -> assertThat(outcome.succeeded()).isFalse())
        .satisfies(outcome -> assertThat(outcome.output()).contains("Authentication failed"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void node(boolean replicaSet) throws Exception {
    String program =
        """
        const { MongoClient } = require('mongodb');
        (async () => {
          const client = new MongoClient(process.env.MONGODB_URI);
          const orders = client.db('shop').collection('orders');
          console.log('count:', (await orders.find().toArray()).length);
          await orders.insertOne({}).catch(e => console.log('code:', e.code));
          await client.close();
        })();
        """;
    for (String options : List.of("", "&directConnection=true")) {
      assertThat(NodeClients.installed().node(uri(replicaSet, options), program, LIMIT).output())
          .contains("count: 300", "code: 13");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pymongo(boolean replicaSet) throws Exception {
    String program =
        """
        import os, pymongo
        orders = pymongo.MongoClient(os.environ['MONGODB_URI']).shop.orders
        print('count:', len(list(orders.find())))
        try:
          orders.insert_one({})
        except pymongo.errors.OperationFailure as e:
          print('code:', e.code)
        """;
    for (String options : List.of("", "&directConnection=true", "&authMechanism=SCRAM-SHA-1")) {
      assertThat(PythonClient.installed().run(uri(replicaSet, options), program, LIMIT).output())
          .contains("count: 300", "code: 13");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void go(boolean replicaSet) throws Exception {
    for (String options : List.of("", "&directConnection=true")) {
      assertThat(GoClient.installed().run(uri(replicaSet, options), true, LIMIT).output())
          .contains("count: 300", "not authorized on shop");
    }
  }

  @Test
  void haproxyCarriesAClient() throws Exception {
    try (HaProxy proxy = HaProxy.inFrontOf(standalone.port(), 1)) {
      String uri =
          uri(false, "&directConnection=true").replace(":" + standalone.port(), ":" + proxy.port());
      assertThat(NodeClients.installed().mongosh(uri, "print(db.hello().ok)", LIMIT).output())
          .contains("1");
      assertThat(Subprocess.proc(proxy.pid(), "cmdline")).get().asString().contains("haproxy");
    }
  }
}
