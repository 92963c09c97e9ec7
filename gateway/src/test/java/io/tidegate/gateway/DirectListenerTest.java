package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClient;
import io.tidegate.access.Binding;
import io.tidegate.access.Lease;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients without a tunnel, who prove a lease by SCRAM; and tunnels that ask for it too. */
class DirectListenerTest {
  private static final String LOCAL_PASSWORD = "planted-local-password-77";

  @TempDir Path data;
  private GatewayFixture world;
  private TestTunnel tunnel;

  @BeforeEach
  void open() throws Exception {
    world = new GatewayFixture(data);
    tunnel = world.tunnel();
  }

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  private Lease withLocalAuth(Lease lease) {
    ScramVerifier verifier =
        ScramVerifier.derive(
            ScramMechanism.SHA_256, lease.sessionId(), LOCAL_PASSWORD, new byte[28], 4096);
    return new Lease(
        lease.leaseId(),
        lease.sessionId(),
        lease.grantId(),
        lease.grantee(),
        lease.organization(),
        lease.project(),
        lease.target(),
        lease.account(),
        lease.privileges(),
        lease.allowJavaScript(),
        lease.disclosure(),
        lease.limits(),
        new Binding.Tunnel(((Binding.Tunnel) lease.binding()).keySha256(), verifier),
        lease.network(),
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }

  private InetSocketAddress direct() {
    return Objects.requireNonNull(world.gateway.addresses().direct());
  }

  private String uri(String user, String password) {
    return "mongodb://%s:%s@127.0.0.1:%d/?serverSelectionTimeoutMS=1500"
        .formatted(user, password, direct().getPort());
  }

  @Test
  void servesWhoKnowsTheLocalPassword() throws Exception {
    Lease lease = withLocalAuth(world.lease(tunnel));
    assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);

    MongoClient client = world.client(uri(lease.sessionId(), LOCAL_PASSWORD));

    assertThat(client.getDatabase("shop").getCollection("orders").countDocuments()).isEqualTo(2);
    assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
        .isInstanceOfSatisfying(
            MongoCommandException.class, e -> assertThat(e.getCode()).isEqualTo(13));
  }

  @Test
  void refusesAWrongPasswordAndAnUnknownNameAlike() throws Exception {
    Lease lease = withLocalAuth(world.lease(tunnel));
    world.control.push(lease);

    for (String uri :
        new String[] {uri(lease.sessionId(), "wrong"), uri("ses_nobody", LOCAL_PASSWORD)}) {
      assertThatThrownBy(
              () -> world.client(uri).getDatabase("shop").getCollection("orders").find().first())
          .isInstanceOfSatisfying(
              MongoSecurityException.class,
              e -> assertThat(e.getCause()).hasMessageContaining("18"));
    }
  }

  @Test
  void servesNobodyBeforeTheSignIn() throws Exception {
    world.control.push(withLocalAuth(world.lease(tunnel)));
    try (RawClient client = RawClient.direct(direct())) {
      BsonDocument hello = client.ask(RawClient.hello());
      assertThat(hello.getNumber("ok").intValue()).isEqualTo(1);
      BsonDocument refused = client.ask(RawClient.find("shop", "orders"));
      assertThat(refused.getInt32("code").getValue()).isEqualTo(13);
      assertThat(refused.getString("errmsg").getValue()).contains("requires authentication");
      assertThat(
              client
                  .ask(
                      new BsonDocument("getLog", new BsonString("global"))
                          .append("$db", new BsonString("admin")))
                  .getInt32("code", new BsonInt32(0))
                  .getValue())
          .isEqualTo(13);
    }
  }

  @Test
  void aTunnelWithALocalPasswordAsksForItToo() throws Exception {
    Lease lease = withLocalAuth(world.lease(tunnel));
    MongoClient without = world.connect(tunnel, lease);
    assertThatThrownBy(() -> without.getDatabase("shop").getCollection("orders").find().first())
        .isInstanceOf(MongoCommandException.class)
        .hasMessageContaining("requires authentication");

    MongoClient with =
        world.client(
            "mongodb://%s:%s@%s/".formatted(lease.sessionId(), LOCAL_PASSWORD, tunnel.address()));
    assertThat(with.getDatabase("shop").getCollection("orders").find().first())
        .isEqualTo(new Document("_id", 1).append("item", "chair"));
  }

  @Test
  void aStrangersMessageIsShortAndWhoSignedInSendsLongOnes() throws Exception {
    Lease lease = withLocalAuth(world.lease(tunnel));
    world.control.push(lease);
    BsonString pad = new BsonString("p".repeat(100_000));
    try (RawClient stranger = RawClient.direct(direct())) {
      stranger.send(RawClient.hello().append("pad", pad), 0);
      assertThat(stranger.closed()).isTrue();
    }

    MongoClient client = world.client(uri(lease.sessionId(), LOCAL_PASSWORD));

    assertThat(
            client
                .getDatabase("shop")
                .getCollection("orders")
                .find(new Document("pad", "p".repeat(100_000)))
                .first())
        .isNull();
  }
}
