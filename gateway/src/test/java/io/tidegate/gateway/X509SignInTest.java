package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCredential;
import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClient;
import io.tidegate.access.Binding;
import io.tidegate.access.Cidr;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.gateway.support.DirectTls;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.TestAuthority;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.link.LeaseOutcome;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users of a cluster who prove with a certificate who they are. */
class X509SignInTest {
  private static final Network LOOPBACK = Network.of(Cidr.parse("127.0.0.0/8"));
  private static final String SUBJECT = "CN=billing,OU=apps,O=acme";

  @TempDir Path data;
  private GatewayFixture world;
  private TestAuthority customer;

  @BeforeEach
  void open() throws Exception {
    world = new GatewayFixture(data);
    customer = new TestAuthority("acme root");
  }

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  private Lease lease(Binding binding) throws Exception {
    return world.lease(binding, LOOPBACK);
  }

  private SSLContext tls(TestAuthority.Issued shown) throws Exception {
    return DirectTls.context(world.control.authority.certificate(), shown.keys(), shown.chain());
  }

  private MongoClient client(Lease lease, TestAuthority.Issued shown) throws Exception {
    SSLContext tls = tls(shown);
    return world.client(
        "mongodb://" + lease.advertisedAddress() + "/?tls=true&serverSelectionTimeoutMS=3000",
        settings ->
            settings
                .credential(MongoCredential.createMongoX509Credential())
                .applyToSslSettings(ssl -> ssl.context(tls)));
  }

  private static long orders(MongoClient client) {
    return client.getDatabase("shop").getCollection("orders").countDocuments();
  }

  private void refused(Lease lease, TestAuthority.Issued shown) throws Exception {
    MongoClient client = client(lease, shown);
    assertThatThrownBy(() -> orders(client))
        .isInstanceOf(MongoSecurityException.class)
        .hasStackTraceContaining("Authentication failed.");
  }

  private static int port(Lease lease) {
    String address = lease.advertisedAddress();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static BsonDocument authenticate(RawClient client, String user) throws Exception {
    return client.ask(
        new BsonDocument("authenticate", new BsonInt32(1))
            .append("mechanism", new BsonString("MONGODB-X509"))
            .append("user", new BsonString(user))
            .append("$db", new BsonString("$external")));
  }

  @Test
  void servesWhoHasTheCertificateAndShowsTheSubject() throws Exception {
    Lease lease = lease(new Binding.X509User(SUBJECT, customer.pem(), null));
    world.install(lease);
    TestAuthority.Issued own = customer.client(SUBJECT);

    MongoClient client = client(lease, own);

    assertThat(orders(client)).isEqualTo(2);
    Document status = client.getDatabase("admin").runCommand(new Document("connectionStatus", 1));
    assertThat(status.toJson()).contains(SUBJECT).doesNotContain("svc");
    assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
        .hasMessageContaining("outside-lease");
  }

  @Test
  void readsASubjectHoweverItIsWritten() throws Exception {
    Lease lease = lease(new Binding.X509User("cn=billing, ou=apps, o=acme", customer.pem(), null));
    world.install(lease);
    assertThat(orders(client(lease, customer.client("CN=billing,OU=apps,O=acme")))).isEqualTo(2);
  }

  @Test
  void refusesOtherSubjectsOtherAuthoritiesAndOtherPurposes() throws Exception {
    Lease lease = lease(new Binding.X509User(SUBJECT, customer.pem(), null));
    world.install(lease);

    refused(lease, customer.client("CN=other,OU=apps,O=acme"));
    refused(lease, new TestAuthority("acme root").client(SUBJECT));
    refused(lease, customer.server("127.0.0.1", SUBJECT));
    assertThat(orders(client(lease, customer.client(SUBJECT)))).isEqualTo(2);
  }

  @Test
  void aCertificateOfATunnelIsNobodysUser() throws Exception {
    // Of Tidegate's own authority, as managed certificates are, and for clients too.
    KeyPair keys = io.tidegate.link.trust.CertificateAuthority.newKeyPair(new SecureRandom());
    X509Certificate tunnel =
        world.control.authority.issueClient(
            keys.getPublic(), "lse_9", io.tidegate.gateway.support.FakeControl.validity());
    Lease lease =
        lease(new Binding.X509User("CN=lse_9", world.control.authority.certificatePem(), null));
    world.install(lease);

    refused(lease, new TestAuthority.Issued(keys, List.of(tunnel)));
  }

  @Test
  void saysWhatIsMissingWhenNoCertificateCame() throws Exception {
    Lease lease = lease(new Binding.X509User(SUBJECT, customer.pem(), null));
    world.install(lease);
    SSLContext bare = DirectTls.trusting(world.control.authority.certificate());
    try (RawClient client = DirectTls.connect(bare, port(lease))) {
      assertThat(authenticate(client, SUBJECT).getString("errmsg").getValue())
          .contains("no-certificate", "tlsCertificateKeyFile");
    }
  }

  @Test
  void aCertificateSpeaksForItsOwnSubjectOnly() throws Exception {
    Lease lease = lease(new Binding.X509User(SUBJECT, customer.pem(), null));
    Lease other = lease(new Binding.X509User("CN=other", customer.pem(), null));
    world.install(lease);
    world.install(other);
    try (RawClient client = DirectTls.connect(tls(customer.client(SUBJECT)), port(lease))) {
      assertThat(authenticate(client, "CN=other").getInt32("code").getValue()).isEqualTo(18);
      assertThat(authenticate(client, SUBJECT).getNumber("ok").intValue()).isOne();
    }
  }

  @Test
  void cutsAndRefusesARevokedCertificateAndServesItsNeighbour() throws Exception {
    TestAuthority.Issued stolen = customer.client(SUBJECT);
    TestAuthority.Issued fresh = customer.client(SUBJECT);
    Lease lease = lease(new Binding.X509User(SUBJECT, customer.pem(), customer.revocationList()));
    world.install(lease);
    try (RawClient cut = DirectTls.connect(tls(stolen), port(lease));
        RawClient kept = DirectTls.connect(tls(fresh), port(lease))) {
      assertThat(authenticate(cut, SUBJECT).getNumber("ok").intValue()).isOne();
      assertThat(authenticate(kept, SUBJECT).getNumber("ok").intValue()).isOne();

      world.install(
          Leases.next(
              lease,
              new Binding.X509User(
                  SUBJECT, customer.pem(), customer.revocationList(stolen.certificate())),
              LOOPBACK));

      assertThat(cut.closed()).isTrue();
      assertThat(kept.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();
    }
    refused(lease, stolen);
    assertThat(orders(client(lease, fresh))).isEqualTo(2);
  }

  @Test
  void believesNobodyWithoutACurrentListWhereListsAreAsked() throws Exception {
    Lease lease =
        lease(
            new Binding.X509User(
                SUBJECT, customer.pem(), new TestAuthority("acme root").revocationList()));
    world.install(lease);
    refused(lease, customer.client(SUBJECT));
  }

  @Test
  void aLeaseWithUnreadableAuthoritiesIsNotHeld() throws Exception {
    assertThat(world.control.push(lease(new Binding.X509User(SUBJECT, "no PEM at all", null))))
        .isInstanceOfSatisfying(
            LeaseOutcome.Rejected.class,
            no -> assertThat(no.sentence()).contains("authorities of " + SUBJECT));
  }

  @Test
  void tunnelsGoOnBesideIt() throws Exception {
    world.install(lease(new Binding.X509User(SUBJECT, customer.pem(), null)));
    TestTunnel tunnel = world.tunnel();
    assertThat(orders(world.connect(tunnel, world.lease(tunnel)))).isEqualTo(2);
  }
}
