package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.gateway.tunnel.Protocols;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets that are replica sets, that change their primary, and that are not there at all. */
class ReplicaSetTest {
  @TempDir Path data;

  private static Timings quick() {
    Timings usual = Timings.defaults();
    return new Timings(
        usual.handshake(),
        Duration.ofSeconds(3),
        usual.presenceGrace(),
        usual.tombstone(),
        usual.tick(),
        Duration.ofMillis(100),
        usual.health(),
        usual.writeGrace(),
        usual.clearUp(),
        usual.parting());
  }

  private GatewayFixture world(SandboxMongo.Builder sandbox) throws Exception {
    return new GatewayFixture(
        data, sandbox, InstantSource.system(), config -> config.withTimings(quick()));
  }

  @Test
  void showsTheSetAtTheOneAddressThatTheClientCanDial() throws Exception {
    try (GatewayFixture world = world(SandboxMongo.builder().replicaSet("rs7"))) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
      MongoClient direct = world.connect(tunnel, lease);
      assertThat(direct.getDatabase("shop").getCollection("orders").countDocuments()).isEqualTo(2);

      // Without directConnection, by the set's name: the driver finds its way back to us.
      MongoClient discovering =
          world.client(
              "mongodb://" + tunnel.address() + "/?replicaSet=rs7&serverSelectionTimeoutMS=3000");
      discovering.getDatabase("shop").getCollection("orders").insertOne(new Document("_id", 9));
      assertThat(world.target.count("shop", "orders")).isEqualTo(3);

      try (RawClient raw = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        BsonDocument hello = raw.ask(RawClient.hello());
        BsonString here = new BsonString(tunnel.address());
        assertThat(hello.getString("setName").getValue()).isEqualTo("rs7");
        assertThat(hello.getArray("hosts")).containsExactly(here);
        assertThat(hello.get("me")).isEqualTo(here);
        assertThat(hello.get("primary")).isEqualTo(here);
        assertThat(hello.containsKey("topologyVersion")).isFalse();
        assertThat(hello.toJson()).doesNotContain(world.target.address());
      }
    }
  }

  @Test
  void aSetWithoutPrimaryIsShownSoAndServedAgainAfterTheElection() throws Exception {
    try (GatewayFixture world = world(SandboxMongo.builder().replicaSet("rs7"))) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel);
      assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (RawClient raw = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        world.target.stepDown();
        awaitWritable(raw, false);
        BsonDocument hello = raw.ask(RawClient.hello());
        assertThat(hello.getBoolean("secondary").getValue()).isTrue();
        assertThat(hello.containsKey("primary")).isFalse();
        assertThat(hello.containsKey("electionId")).isFalse();
        BsonDocument refused = raw.ask(RawClient.find("shop", "orders"));
        assertThat(refused.getString("errmsg").getValue()).contains("target_no_primary");

        world.target.electAgain();
      }
      try (RawClient raw = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        awaitWritable(raw, true);
        assertThat(raw.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue())
            .isEqualTo(1);
      }
    }
  }

  private static void awaitWritable(RawClient client, boolean writable) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (client.ask(RawClient.hello()).getBoolean("isWritablePrimary").getValue() != writable) {
      if (System.nanoTime() > until) {
        throw new AssertionError("the watcher did not see the change within 10 s");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void anotherSetThanTheOneNamedIsRefused() throws Exception {
    try (GatewayFixture world = world(SandboxMongo.builder().replicaSet("rs7"))) {
      Lease lease =
          at(
              world.lease(world.tunnel()),
              "mongodb://" + world.target.address() + "/?replicaSet=other");

      assertThat(world.control.push(lease))
          .isInstanceOfSatisfying(
              LeaseOutcome.Rejected.class,
              rejected -> {
                assertThat(rejected.code()).isEqualTo("target_unsuitable");
                assertThat(rejected.sentence()).contains("rs7").contains("other");
              });
    }
  }

  @Test
  void aTargetThatIsNotThereIsSaidSo() throws Exception {
    try (GatewayFixture world = world(SandboxMongo.builder())) {
      int free;
      try (ServerSocket socket = new ServerSocket(0)) {
        free = socket.getLocalPort();
      }
      Lease lease = at(world.lease(world.tunnel()), "mongodb://127.0.0.1:" + free);

      assertThat(world.control.push(lease))
          .isInstanceOfSatisfying(
              LeaseOutcome.Rejected.class,
              rejected -> {
                assertThat(rejected.code()).isEqualTo("target_unreachable");
                assertThat(rejected.sentence()).contains("127.0.0.1:" + free);
              });
    }
  }

  @Test
  void aConnectionThatIsLostUnderWayClosesTheClientsOwn() throws Exception {
    try (GatewayFixture world = world(SandboxMongo.builder())) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel);
      world.control.push(lease);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (RawClient raw = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        raw.ask(RawClient.find("shop", "orders"));
        world.target.dropConnections();
        assertThat(raw.closed()).isTrue();
      }
    }
  }

  private static Lease at(Lease lease, String connectionString) {
    return new Lease(
        lease.leaseId(),
        lease.sessionId(),
        lease.grantId(),
        lease.grantee(),
        lease.organization(),
        lease.project(),
        new Lease.Target(
            "res_other", "other", connectionString, "admin", new Lease.Tls(false, true, null)),
        lease.account(),
        lease.privileges(),
        lease.allowJavaScript(),
        lease.disclosure(),
        lease.limits(),
        lease.binding(),
        lease.network(),
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }
}
