package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import io.tidegate.access.Binding;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Cidr;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.v1.CommandRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One session's whole way: driver, tunnel, gateway, sandbox; and back. */
class GatewaySessionTest {
  @TempDir Path data;
  private GatewayFixture world;

  @BeforeEach
  void open() throws Exception {
    world = new GatewayFixture(data);
  }

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  @Test
  void readsWhatTheLeaseCoversAndRecordsIt() throws Exception {
    TestTunnel tunnel = world.tunnel();
    Lease lease = world.lease(tunnel);

    MongoClient client = world.connect(tunnel, lease);
    List<Document> found =
        client.getDatabase("shop").getCollection("orders").find().into(new ArrayList<>());

    assertThat(found)
        .extracting(order -> order.getString("item"))
        .containsExactly("chair", "table");
    CommandRecord find = world.recorded(lease.sessionId(), "find");
    assertThat(find.getDatabase()).isEqualTo("shop");
    assertThat(find.getCollection()).isEqualTo("orders");
    assertThat(find.getDecision()).isEqualTo(CommandRecord.Decision.FORWARDED);
    assertThat(find.getReply().getOk()).isTrue();
    assertThat(find.getReply().getReturned()).isEqualTo(2);
    RawBsonDocument body = new RawBsonDocument(find.getBody().toByteArray());
    assertThat(body.getString("find").getValue()).isEqualTo("orders");
    assertThat(body.getString("$db").getValue()).isEqualTo("shop");
  }

  @Test
  void refusesAWriteThatTheStoredAccountCouldDo() throws Exception {
    TestTunnel tunnel = world.tunnel();
    Lease lease = world.lease(tunnel);
    MongoClient client = world.connect(tunnel, lease);
    MongoCollection<Document> orders = client.getDatabase("shop").getCollection("orders");

    assertThatThrownBy(() -> orders.insertOne(new Document("item", "lamp")))
        .isInstanceOfSatisfying(
            MongoException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(13);
              assertThat(e.getMessage()).contains("outside-lease").contains("shop.orders");
            });

    assertThat(world.target.count("shop", "orders")).isEqualTo(2);
    CommandRecord insert = world.recorded(lease.sessionId(), "insert");
    assertThat(insert.getDecision()).isEqualTo(CommandRecord.Decision.REFUSED);
    assertThat(insert.getRule()).isEqualTo("outside-lease");
    SessionEvent.Refused refused =
        world.control.await(
            SessionEvent.Refused.class, event -> event.sessionId().equals(lease.sessionId()));
    assertThat(refused.command()).isEqualTo("insert");
    assertThat(refused.namespace()).isEqualTo("shop.orders");
    // The connection goes on.
    assertThat(orders.countDocuments()).isEqualTo(2);
  }

  @Test
  void writesWhenTheLeaseSaysSo() throws Exception {
    TestTunnel tunnel = world.tunnel();
    Lease lease = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
    MongoClient client = world.connect(tunnel, lease);

    client.getDatabase("shop").getCollection("orders").insertOne(new Document("item", "lamp"));

    assertThat(world.target.count("shop", "orders")).isEqualTo(3);
    CommandRecord insert = world.recorded(lease.sessionId(), "insert");
    assertThat(insert.getReply().getN()).isEqualTo(1);
    // The document sequence stands in the body as the array that it is.
    RawBsonDocument body = new RawBsonDocument(insert.getBody().toByteArray());
    assertThat(body.getArray("documents").get(0).asDocument().getString("item").getValue())
        .isEqualTo("lamp");
    // The neighbour stays closed.
    assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
        .isInstanceOfSatisfying(
            MongoCommandException.class, e -> assertThat(e.getCode()).isEqualTo(13));
  }

  @Test
  void cutsOnRevocationAndSaysWhy() throws Exception {
    TestTunnel tunnel = world.tunnel();
    Lease lease = world.lease(tunnel);
    MongoClient client = world.connect(tunnel, lease);
    MongoCollection<Document> orders = client.getDatabase("shop").getCollection("orders");
    orders.find().first();

    world.control.revoke(lease.leaseId(), "the owner took it back");
    SessionEvent.Ended ended =
        world.control.await(
            SessionEvent.Ended.class, event -> event.sessionId().equals(lease.sessionId()));

    assertThat(ended.code()).isEqualTo("revoked");
    assertThat(ended.reason()).isEqualTo("the owner took it back");
    assertThat(ended.commands()).isGreaterThanOrEqualTo(1);
    assertThat(ended.recordedThrough()).isGreaterThanOrEqualTo(0);
    assertThatThrownBy(() -> orders.find().first())
        .isInstanceOfSatisfying(
            MongoCommandException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(13);
              assertThat(e.getMessage()).contains("the owner took it back");
            });
  }

  @Test
  void oneRevocationLeavesTheOthersAlone() throws Exception {
    TestTunnel ours = world.tunnel();
    TestTunnel theirs = world.tunnel();
    Lease ourLease = world.lease(ours);
    MongoClient our = world.connect(ours, ourLease);
    MongoClient their = world.connect(theirs, world.lease(theirs));
    our.getDatabase("shop").getCollection("orders").find().first();
    their.getDatabase("shop").getCollection("orders").find().first();

    world.control.revoke(ourLease.leaseId(), "over");
    world.control.await(
        SessionEvent.Ended.class, event -> event.sessionId().equals(ourLease.sessionId()));

    assertThat(their.getDatabase("shop").getCollection("orders").find().first()).isNotNull();
  }

  @Test
  void aWrongStoredPasswordFailsBeforeAnybodyIsToldAnAddress() throws Exception {
    TestTunnel tunnel = world.tunnel();
    Lease good = world.lease(tunnel);
    Lease bad = withPassword(good, world.seal(good.leaseId(), "not the password"));

    LeaseOutcome outcome = world.control.push(bad);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            LeaseOutcome.Rejected.class,
            rejected -> {
              assertThat(rejected.code()).isEqualTo("target_auth_failed");
              assertThat(rejected.sentence()).doesNotContain("not the password");
            });
    assertThat(world.control.push(world.lease(tunnel))).isInstanceOf(LeaseOutcome.Installed.class);
  }

  @Test
  void aWrongStoredPasswordIsFoundAlsoWhenTheLeaseCameWithTheList() throws Exception {
    TestTunnel tunnel = world.tunnel();
    Lease good = world.lease(tunnel);
    Lease bad = withPassword(good, world.seal(good.leaseId(), "not the password"));
    world.control.desire(bad);
    world.control.forgetGateway();
    world.control.reconnect();
    world.control.awaitLeases(1);

    assertThat(world.control.push(bad))
        .isInstanceOfSatisfying(
            LeaseOutcome.Rejected.class,
            rejected -> assertThat(rejected.code()).isEqualTo("target_auth_failed"));
  }

  @Test
  void aLeaseOfWhichAPartWouldGoUnheededIsNotHeld() throws Exception {
    TestTunnel tunnel = world.tunnel();
    Lease good = world.lease(tunnel);
    // Its certificate proves a tunnel's lease; addresses are for who comes without one.
    Lease unheeded = with(good, good.binding(), Network.of(Cidr.parse("192.0.2.7")));

    assertThat(world.control.push(unheeded))
        .isInstanceOfSatisfying(
            LeaseOutcome.Rejected.class,
            rejected -> assertThat(rejected.code()).isEqualTo("lease-unsupported"));
    assertThat(world.control.push(good)).isInstanceOf(LeaseOutcome.Installed.class);
  }

  private static Lease with(Lease lease, Binding binding, Network network) {
    return changed(lease, lease.account(), binding, network);
  }

  private static Lease withPassword(Lease lease, byte[] sealed) {
    Lease.LeaseAccount account = lease.account();
    return changed(
        lease,
        new Lease.LeaseAccount(account.id(), account.name(), account.username(), sealed),
        lease.binding(),
        lease.network());
  }

  private static Lease changed(
      Lease lease, Lease.LeaseAccount account, Binding binding, Network network) {
    return new Lease(
        lease.leaseId(),
        lease.sessionId(),
        lease.grantId(),
        lease.grantee(),
        lease.organization(),
        lease.project(),
        lease.target(),
        account,
        lease.privileges(),
        lease.allowJavaScript(),
        lease.disclosure(),
        lease.limits(),
        binding,
        network,
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }
}
