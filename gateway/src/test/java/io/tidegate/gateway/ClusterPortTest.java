package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import io.tidegate.access.Binding;
import io.tidegate.access.Cidr;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.gateway.config.ClusterPorts;
import io.tidegate.gateway.config.Limits;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.support.DirectTls;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.Scram;
import io.tidegate.gateway.support.TestAuthority;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SessionEvent;
import io.tidegate.testkit.SettableClock;
import io.tidegate.testkit.sandbox.SandboxMongo;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users of a cluster at its own port, with passwords. */
class ClusterPortTest {
  private static final String PASSWORD = "planted-user-password-3c";
  private static final Network LOOPBACK = Network.of(Cidr.parse("127.0.0.0/8"));
  private static final Network ELSEWHERE = Network.of(Cidr.parse("192.0.2.0/24"));

  @TempDir Path data;
  private GatewayFixture world;
  private SSLContext tls;

  @BeforeEach
  void open() throws Exception {
    world = new GatewayFixture(data);
    tls = DirectTls.trusting(world.control.authority.certificate());
  }

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  private static Binding.ScramUser user(String name, String password) {
    byte[] salt = new byte[28];
    Arrays.fill(salt, (byte) 7);
    return new Binding.ScramUser(
        "admin",
        name,
        ScramVerifier.derive(ScramMechanism.SHA_256, name, password, salt, 15_000),
        ScramVerifier.derive(
            ScramMechanism.SHA_1, name, password, Arrays.copyOf(salt, 16), 10_000));
  }

  private Lease app(Network network) throws Exception {
    return world.lease(user("app", PASSWORD), network);
  }

  private static int port(Lease lease) {
    String address = lease.advertisedAddress();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private MongoClient client(Lease lease, String user, String password, String options) {
    return world.client(
        "mongodb://%s:%s@%s/?tls=true&serverSelectionTimeoutMS=3000%s"
            .formatted(user, password, lease.advertisedAddress(), options),
        settings -> settings.applyToSslSettings(ssl -> ssl.context(tls)));
  }

  private MongoClient client(Lease lease) {
    return client(lease, "app", PASSWORD, "");
  }

  private static MongoCollection<Document> orders(MongoClient client) {
    return client.getDatabase("shop").getCollection("orders");
  }

  private RawClient raw(Lease lease) throws Exception {
    return DirectTls.connect(tls, port(lease));
  }

  private static BsonDocument saslStart(String mechanism, String payload) {
    return new BsonDocument("saslStart", new BsonInt32(1))
        .append("mechanism", new BsonString(mechanism))
        .append("payload", new BsonBinary(payload.getBytes(StandardCharsets.UTF_8)))
        .append("options", new BsonDocument("skipEmptyExchange", BsonBoolean.TRUE))
        .append("$db", new BsonString("admin"));
  }

  private static String challenge(RawClient client, String mechanism, String user)
      throws Exception {
    BsonDocument reply = client.ask(saslStart(mechanism, "n,,n=" + user + ",r=abcdefghijklmnop"));
    String text = new String(reply.getBinary("payload").getData(), StandardCharsets.UTF_8);
    return text.substring(text.indexOf(",s="));
  }

  @Test
  void servesAUserByEitherMechanismAndNothingOutsideTheLease() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);

    for (String options :
        List.of("", "&authMechanism=SCRAM-SHA-256", "&authMechanism=SCRAM-SHA-1")) {
      MongoClient client = client(lease, "app", PASSWORD, options);
      assertThat(orders(client).countDocuments()).isEqualTo(2);
      assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
          .isInstanceOfSatisfying(
              MongoCommandException.class, e -> assertThat(e.getCode()).isEqualTo(13));
      assertThatThrownBy(() -> orders(client).insertOne(new Document()))
          .hasMessageContaining("outside-lease");
    }
    assertThat(world.recorded(lease.sessionId(), "aggregate").getCollection()).isEqualTo("orders");
  }

  @Test
  void showsTheUserAndThePrivilegesOfTheLeaseAlone() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);
    MongoClient client = client(lease);

    Document status =
        client
            .getDatabase("admin")
            .runCommand(new Document("connectionStatus", 1).append("showPrivileges", true))
            .get("authInfo", Document.class);

    assertThat(status.getList("authenticatedUsers", Document.class))
        .containsExactly(new Document("user", "app").append("db", "admin"));
    assertThat(status.toJson()).contains("shop").doesNotContain("svc", "readWriteAnyDatabase");
  }

  @Test
  void refusesAWrongPasswordAndAnUnknownNameAlike() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);

    for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-1")) {
      for (List<String> who : List.of(List.of("app", "wrong"), List.of("nobody", PASSWORD))) {
        MongoClient client = client(lease, who.get(0), who.get(1), "&authMechanism=" + mechanism);
        assertThatThrownBy(() -> orders(client).find().first())
            .isInstanceOfSatisfying(
                MongoSecurityException.class,
                e ->
                    assertThat(e.getCause())
                        .hasMessageContaining("error 18")
                        .hasMessageContaining("Authentication failed."));
      }
    }
  }

  @Test
  void challengesWhoDoesNotExistLikeWhoDoes() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);
    String someUser = null;
    for (String user : List.of("app", "nobody", "somebody")) {
      try (RawClient first = raw(lease);
          RawClient second = raw(lease)) {
        BsonDocument asked =
            RawClient.hello().append("saslSupportedMechs", new BsonString("admin." + user));
        BsonDocument hello = first.ask(asked);
        assertThat(hello.getArray("saslSupportedMechs"))
            .containsExactly(new BsonString("SCRAM-SHA-1"), new BsonString("SCRAM-SHA-256"));
        for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-1")) {
          String challenge = challenge(first, mechanism, user);
          assertThat(challenge(second, mechanism, user)).isEqualTo(challenge);
          assertThat(challenge)
              .hasSize(mechanism.equals("SCRAM-SHA-256") ? ",s=,i=15000".length() + 40 : 35)
              .isNotEqualTo(someUser);
          someUser = challenge;
        }
      }
    }
  }

  @Test
  void noLeaseMeansNoListener() throws Exception {
    Lease lease = app(LOOPBACK);
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port(lease)))
        .isInstanceOf(ConnectException.class);

    world.install(lease);
    assertThat(orders(client(lease)).countDocuments()).isEqualTo(2);
    world.control.revoke(lease.leaseId(), "no longer needed");

    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    boolean listening = true;
    while (listening && System.nanoTime() < until) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(lease))) {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (ConnectException e) {
        listening = false;
      }
    }
    assertThat(listening).isFalse();
  }

  @Test
  void refusesALeaseWhosePortIsTaken() throws Exception {
    Lease lease = app(LOOPBACK);
    try (var taken = new java.net.ServerSocket(port(lease), 1, InetAddress.getLoopbackAddress())) {
      assertThat(world.control.push(lease))
          .isInstanceOfSatisfying(
              LeaseOutcome.Rejected.class,
              no -> {
                assertThat(no.code()).isEqualTo("port-unavailable");
                assertThat(no.sentence()).contains(String.valueOf(taken.getLocalPort()));
              });
    }
    world.install(lease);
    assertThat(orders(client(lease)).countDocuments()).isEqualTo(2);
  }

  @Test
  void turnsAwayBeforeTlsWhoNoLeaseAdmits() throws Exception {
    Lease lease = app(ELSEWHERE);
    world.install(lease);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(lease))) {
      socket.setSoTimeout(5_000);
      // Not one word was said to it, and it need not say one.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThatThrownBy(() -> orders(client(lease)).find().first())
        .isInstanceOf(MongoTimeoutException.class);
  }

  @Test
  void tellsWhoProvedAPasswordThatTheAddressIsNotAdmitted() throws Exception {
    Lease here = app(LOOPBACK);
    Lease elsewhere = world.lease(user("far", PASSWORD), ELSEWHERE);
    world.install(here);
    world.install(elsewhere);

    assertThat(orders(client(here)).countDocuments()).isEqualTo(2);
    assertThatThrownBy(() -> orders(client(elsewhere, "far", PASSWORD, "")).find().first())
        .isInstanceOf(MongoSecurityException.class)
        .hasStackTraceContaining("outside-network")
        .hasStackTraceContaining("access list");
    assertThatThrownBy(() -> orders(client(elsewhere, "far", "wrong", "")).find().first())
        .isInstanceOf(MongoSecurityException.class)
        .hasStackTraceContaining("Authentication failed.")
        .message()
        .doesNotContain("outside-network");
  }

  @Test
  void cutsLiveConnectionsThatANewRevisionNoLongerAdmits() throws Exception {
    Lease mine = app(LOOPBACK);
    Lease other = world.lease(user("other", PASSWORD), LOOPBACK);
    world.install(mine);
    world.install(other);
    try (RawClient cut = signedIn(mine, "app");
        RawClient kept = signedIn(other, "other")) {
      assertThat(cut.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();

      world.install(Leases.next(mine, mine.binding(), ELSEWHERE));

      assertThat(cut.closed()).isTrue();
      assertThat(world.control.await(SessionEvent.ConnectionClosed.class, closed -> true).cause())
          .isEqualTo("not-admitted");
      assertThat(world.control.await(SessionEvent.Refused.class, refused -> true).rule())
          .isEqualTo("outside-network");
      assertThat(kept.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();
    }
    assertThat(orders(client(other, "other", PASSWORD, "")).countDocuments()).isEqualTo(2);
    assertThatThrownBy(() -> orders(client(mine)).find().first())
        .hasStackTraceContaining("outside-network");
  }

  @Test
  void keepsConnectionsThroughARevisionThatAdmitsThemAndCutsThemWhenThePasswordChanges()
      throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);
    try (RawClient client = signedIn(lease, "app")) {
      Lease wider =
          Leases.next(lease, lease.binding(), Network.of(Cidr.parse("127.0.0.1"), Cidr.ANY_IPV6));
      world.install(wider);
      assertThat(client.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();

      Lease changed = Leases.next(wider, user("app", "another-password-81"), LOOPBACK);
      world.install(changed);

      assertThat(client.closed()).isTrue();
      assertThat(orders(client(changed, "app", "another-password-81", "")).countDocuments())
          .isEqualTo(2);
      assertThatThrownBy(() -> orders(client(changed)).find().first())
          .isInstanceOf(MongoSecurityException.class);
    }
  }

  @Test
  void endsAUserWithTheLease() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);
    try (RawClient client = signedIn(lease, "app")) {
      world.control.revoke(lease.leaseId(), "the user was removed");
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void checksNothingForAWhileAfterManyFailuresOfAName() throws Exception {
    Lease lease = app(LOOPBACK);
    Lease other = world.lease(user("other", PASSWORD), LOOPBACK);
    world.install(lease);
    world.install(other);
    for (int i = 0; i < 10; i++) {
      assertThat(tryIn(lease, "app", "wrong" + i)).isFalse();
    }

    assertThat(tryIn(lease, "app", PASSWORD)).isFalse();
    assertThat(tryIn(other, "other", PASSWORD)).isTrue();
  }

  @Test
  void saysWhichMechanismsAreNotServed() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);
    try (RawClient client = raw(lease)) {
      for (String mechanism : List.of("MONGODB-OIDC", "MONGODB-AWS", "GSSAPI")) {
        BsonDocument refused = client.ask(saslStart(mechanism, "x"));
        assertThat(refused.getInt32("code").getValue()).isEqualTo(18);
        assertThat(refused.getString("errmsg").getValue())
            .contains("mechanism-not-served", mechanism, "use a user with a password");
      }
      assertThat(client.ask(saslStart("SECRET-GUESS", "x")).getString("errmsg").getValue())
          .doesNotContain("SECRET-GUESS");
    }
  }

  @Test
  void aConnectionIsSignedInAsOneUserAndMayBeAgain() throws Exception {
    Lease lease = app(LOOPBACK);
    Lease other = world.lease(user("other", PASSWORD), LOOPBACK);
    world.install(lease);
    world.install(other);
    try (RawClient client = signedIn(lease, "app")) {
      assertThat(signIn(client, "app", PASSWORD).getNumber("ok").intValue()).isOne();
      BsonDocument refused = signIn(client, "other", PASSWORD);
      assertThat(refused.getString("errmsg").getValue()).contains("signed-in-already");
      // And it is still who it was.
      assertThat(client.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();
      assertThat(
              client
                  .ask(
                      new BsonDocument("logout", new BsonInt32(1))
                          .append("$db", new BsonString("admin")))
                  .getNumber("ok")
                  .intValue())
          .isOne();
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void servesNobodyBeforeTheSignIn() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);
    try (RawClient client = raw(lease)) {
      BsonDocument hello = client.ask(RawClient.hello());
      assertThat(hello.getNumber("ok").intValue()).isOne();
      assertThat(client.ask(RawClient.find("shop", "orders")).getString("errmsg").getValue())
          .contains("requires authentication");
    }
    try (RawClient stranger = raw(lease)) {
      assertThat(cutOff(stranger, RawClient.hello().append("pad", longText()))).isTrue();
    }
  }

  @Test
  void speaksNothingButTls() throws Exception {
    Lease lease = app(LOOPBACK);
    world.install(lease);
    try (RawClient plain =
        new RawClient(new Socket(InetAddress.getLoopbackAddress(), port(lease)))) {
      plain.send(RawClient.hello(), 0);
      // An alert, perhaps, and then the end.
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (!plain.closed() && System.nanoTime() < until) {}
      assertThat(plain.closed()).isTrue();
    }
    assertThat(orders(client(lease)).countDocuments()).isEqualTo(2);
  }

  @Test
  void aReplicaSetShowsTheOneAddressThatTheLeaseAdvertises() throws Exception {
    try (GatewayFixture set =
        new GatewayFixture(
            data.resolve("set"),
            SandboxMongo.builder().replicaSet("rs0"),
            InstantSource.system(),
            config -> config)) {
      Lease lease = set.lease(user("app", PASSWORD), LOOPBACK);
      set.install(lease);
      SSLContext trust = DirectTls.trusting(set.control.authority.certificate());
      MongoClient client =
          set.client(
              "mongodb://%s/?tls=true&replicaSet=rs0&serverSelectionTimeoutMS=3000"
                  .formatted(lease.advertisedAddress()),
              settings ->
                  settings
                      .credential(
                          MongoCredential.createCredential("app", "admin", PASSWORD.toCharArray()))
                      .applyToSslSettings(ssl -> ssl.context(trust)));
      assertThat(orders(client).countDocuments()).isEqualTo(2);
      assertThat(client.getClusterDescription().getServerDescriptions())
          .singleElement()
          .satisfies(
              server -> assertThat(server.getAddress()).hasToString(lease.advertisedAddress()));
    }
  }

  @Test
  void cutsConnectionsWhenATemporaryEntryOfTheAccessListEnds() throws Exception {
    SettableClock clock = new SettableClock(Instant.now());
    try (GatewayFixture timed =
        new GatewayFixture(
            data.resolve("timed"), SandboxMongo.builder(), clock, config -> config)) {
      Instant until = clock.instant().plusSeconds(60);
      Network temporary =
          new Network(false, List.of(new Network.Range(Cidr.parse("127.0.0.1"), until)), List.of());
      Lease brief = timed.lease(user("app", PASSWORD), temporary);
      Lease lasting = timed.lease(user("other", PASSWORD), LOOPBACK);
      timed.install(brief);
      timed.install(lasting);
      SSLContext trust = DirectTls.trusting(timed.control.authority.certificate());
      try (RawClient cut = DirectTls.connect(trust, port(brief));
          RawClient kept = DirectTls.connect(trust, port(lasting))) {
        assertThat(signIn(cut, "app", PASSWORD).getNumber("ok").intValue()).isOne();
        assertThat(signIn(kept, "other", PASSWORD).getNumber("ok").intValue()).isOne();
        clock.set(until.minusMillis(1));
        assertThat(cut.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();

        clock.set(until);

        assertThat(cut.closed()).isTrue();
        assertThat(kept.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();
      }
    }
  }

  @Test
  void givesNobodyLongToSayWhoHeIs() throws Exception {
    try (GatewayFixture hasty =
        new GatewayFixture(
            data.resolve("hasty"),
            SandboxMongo.builder(),
            InstantSource.system(),
            config -> config.withTimings(handshake(Duration.ofMillis(300))))) {
      Lease lease = hasty.lease(user("app", PASSWORD), LOOPBACK);
      hasty.install(lease);
      SSLContext trust = DirectTls.trusting(hasty.control.authority.certificate());
      try (RawClient silent =
              new RawClient(new Socket(InetAddress.getLoopbackAddress(), port(lease)));
          RawClient shy = DirectTls.connect(trust, port(lease));
          RawClient open = DirectTls.connect(trust, port(lease))) {
        assertThat(signIn(open, "app", PASSWORD).getNumber("ok").intValue()).isOne();
        assertThat(silent.closed()).isTrue();
        assertThat(shy.closed()).isTrue();
        assertThat(open.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();
      }
    }
  }

  @Test
  void letsOnlySoManyWaitAtTheDoor() throws Exception {
    try (GatewayFixture narrow =
        new GatewayFixture(
            data.resolve("narrow"),
            SandboxMongo.builder(),
            InstantSource.system(),
            config -> config.withLimits(halfOpen(2)))) {
      Lease lease = narrow.lease(user("app", PASSWORD), LOOPBACK);
      narrow.install(lease);
      InetAddress here = InetAddress.getLoopbackAddress();
      try (Socket first = new Socket(here, port(lease));
          Socket second = new Socket(here, port(lease))) {
        assertThat(first.isConnected() && second.isConnected()).isTrue();
        try (RawClient third = new RawClient(new Socket(here, port(lease)))) {
          assertThat(third.closed()).isTrue();
        }
      }
    }
  }

  private static Timings handshake(Duration deadline) {
    Timings usual = Timings.defaults();
    return new Timings(
        deadline,
        usual.connect(),
        usual.presenceGrace(),
        usual.tombstone(),
        usual.tick(),
        usual.poll(),
        usual.health(),
        usual.writeGrace(),
        usual.clearUp(),
        usual.parting());
  }

  private static Limits halfOpen(int most) {
    Limits usual = Limits.defaults();
    return new Limits(
        most,
        usual.frameLength(),
        usual.recordedBody(),
        usual.recordRing(),
        usual.recordBytes(),
        usual.bytesInFlight());
  }

  @Test
  void showsTheOperatorsCertificateAndTakesANewOneWithoutARestart() throws Exception {
    TestAuthority operator = new TestAuthority("operator");
    Path folder = Files.createDirectory(data.resolve("pem"));
    ClusterPorts.Files files =
        new ClusterPorts.Files(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    TestAuthority.Issued first = operator.server("127.0.0.1");
    Files.writeString(files.certificates(), first.certificatePem());
    Files.writeString(files.key(), first.keyPem());
    try (GatewayFixture own =
        new GatewayFixture(
            data.resolve("own"),
            SandboxMongo.builder(),
            InstantSource.system(),
            config -> config.withClusterPorts(ClusterPorts.defaults().withFiles(files)))) {
      Lease lease = own.lease(user("app", PASSWORD), LOOPBACK);
      own.install(lease);
      SSLContext trust = DirectTls.trusting(operator.certificate());
      try (RawClient before = DirectTls.connect(trust, port(lease))) {
        assertThat(served(before)).isEqualTo(first.certificate());
        assertThat(signIn(before, "app", PASSWORD).getNumber("ok").intValue()).isOne();

        TestAuthority.Issued second = operator.server("127.0.0.1");
        Files.writeString(files.certificates(), "nonsense, for a moment");
        Files.writeString(files.key(), second.keyPem());
        Files.writeString(files.certificates(), second.certificatePem());

        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        X509Certificate seen = first.certificate();
        while (seen.equals(first.certificate()) && System.nanoTime() < until) {
          try (RawClient after = DirectTls.connect(trust, port(lease))) {
            seen = served(after);
          }
          TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(seen).isEqualTo(second.certificate());
        assertThat(before.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();
      }
    }
  }

  private static X509Certificate served(RawClient client) throws Exception {
    return (X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
  }

  private static BsonString longText() {
    return new BsonString("p".repeat(100_000));
  }

  /** Whether the other side closes at this, perhaps while it is still being sent. */
  private static boolean cutOff(RawClient client, BsonDocument command) throws Exception {
    try {
      client.send(command, 0);
    } catch (SocketException e) {
      return true;
    }
    return client.closed();
  }

  // The long way, by hand.

  private RawClient signedIn(Lease lease, String user) throws Exception {
    RawClient client = raw(lease);
    assertThat(signIn(client, user, PASSWORD).getNumber("ok").intValue()).isOne();
    return client;
  }

  private boolean tryIn(Lease lease, String user, String password) throws Exception {
    try (RawClient client = raw(lease)) {
      return signIn(client, user, password).getNumber("ok").intValue() == 1;
    }
  }

  private static BsonDocument signIn(RawClient client, String user, String password)
      throws Exception {
    return Scram.signIn(client, "admin", user, password);
  }
}
