package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.e2e.support.AtlasApi;
import io.tidegate.e2e.support.Eventually;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.e2e.support.Target;
import io.tidegate.link.trust.Pem;
import io.tidegate.testkit.tool.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applications with the official driver, as database users that the Atlas-compatible API made: who
 * is let in and who is not, before a change and after it, and what a change does to a connection
 * that lives.
 */
class ApplicationsTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String PASSWORD = "planted-application-password-51c2";

  @TempDir static Path folder;
  private static Target target;
  private static RunningTidegate tidegate;
  private static AtlasApi atlas;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    port = FreePort.next();
    target = Target.standalone();
    tidegate =
        RunningTidegate.start(
            new RunningTidegate.Settings(
                folder.resolve("data"),
                target.uri(),
                null,
                List.of("--cluster-ports", port + "-" + port)));
    atlas = new AtlasApi(tidegate);
  }

  @AfterAll
  static void stop() {
    tidegate.close();
    target.close();
  }

  private static Document role(String role) {
    return new Document("roleName", role).append("databaseName", "shop");
  }

  private static void user(String name, String role, @Nullable Instant end) throws Exception {
    Document body =
        new Document("username", name)
            .append("databaseName", "admin")
            .append("password", PASSWORD)
            .append("roles", List.of(role(role)));
    if (end != null) {
      body.append("deleteAfterDate", end.toString());
    }
    atlas.post("/databaseUsers", body).good();
  }

  private static void admit() throws Exception {
    atlas.postList("/accessList", new Document("ipAddress", "127.0.0.1")).good();
    Eventually.yes(
        LIMIT,
        tidegate::log,
        () ->
            atlas
                .get("/accessList/127.0.0.1/status")
                .good()
                .document()
                .getString("STATUS")
                .equals("ACTIVE"));
  }

  private static void shutOut() throws Exception {
    atlas.delete("/accessList/127.0.0.1");
  }

  private static SSLContext tls(@Nullable String clientPem) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "authority",
        Pem.readCertificates(Files.readString(tidegate.data().resolve("keys/authority.pem")))
            .getFirst());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (clientPem != null) {
      own.setKeyEntry(
          "client",
          Pem.readPrivateKey(clientPem),
          new char[0],
          Pem.readCertificates(clientPem).toArray(X509Certificate[]::new));
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static MongoClient client(MongoCredential credential, @Nullable String clientPem)
      throws Exception {
    SSLContext context = tls(clientPem);
    return MongoClients.create(
        MongoClientSettings.builder()
            .applyConnectionString(
                new ConnectionString("mongodb://127.0.0.1:" + port + "/?tls=true"))
            .applyToSslSettings(ssl -> ssl.context(context))
            .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(4, TimeUnit.SECONDS))
            .credential(credential)
            .retryReads(false)
            .retryWrites(false)
            .build());
  }

  private static MongoClient app(String name, String password) throws Exception {
    return client(MongoCredential.createCredential(name, "admin", password.toCharArray()), null);
  }

  private static long orders(MongoClient client) {
    return client.getDatabase("shop").getCollection("orders").countDocuments();
  }

  private static void insert(MongoClient client) {
    client.getDatabase("shop").getCollection("notes").insertOne(new Document("by", "app"));
  }

  /** Lets in by and by: leases arrive a moment after the call that made them. */
  private static void reaches(MongoClient client) throws Exception {
    Eventually.yes(
        LIMIT,
        tidegate::log,
        () -> {
          try {
            return orders(client) > 0;
          } catch (MongoException e) {
            return false;
          }
        });
  }

  private static void isCut(MongoClient client) throws Exception {
    Eventually.yes(
        LIMIT,
        () -> "the client still reaches the target",
        () -> {
          try {
            orders(client);
            return false;
          } catch (MongoException e) {
            return true;
          }
        });
  }

  @Test
  void aPasswordAndAnAdmittedAddressLetAnApplicationIn() throws Exception {
    shutOut();
    user("orders-app", "readWrite", null);
    try (MongoClient client = app("orders-app", PASSWORD)) {
      // Nothing is on the access list yet.
      assertThatThrownBy(() -> orders(client)).isInstanceOf(MongoException.class);
    }
    admit();
    try (MongoClient client = app("orders-app", PASSWORD)) {
      reaches(client);
      insert(client);
      assertThatThrownBy(() -> client.getDatabase("other").getCollection("x").countDocuments())
          .isInstanceOfSatisfying(
              MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(13));
    }
    try (MongoClient wrong = app("orders-app", PASSWORD + "x")) {
      assertThatThrownBy(() -> orders(wrong)).isInstanceOf(MongoException.class);
    }
    // The target never heard of the user.
    try (MongoClient past =
        MongoClients.create(
            target.uri().replace("stored", "orders-app").replace(Target.PASSWORD, PASSWORD)
                + (target.uri().contains("?") ? "&" : "/?")
                + "serverSelectionTimeoutMS=3000")) {
      assertThatThrownBy(() -> orders(past)).isInstanceOf(MongoException.class);
    }
    try (MongoClient client = app("orders-app", PASSWORD)) {
      reaches(client);
      atlas.delete("/databaseUsers/admin/orders-app").good();
      isCut(client);
    }
    assertThat(tidegate.log()).doesNotContain(PASSWORD);
  }

  @Test
  void whatTheAccessListDropsIsCut() throws Exception {
    user("listed-app", "read", null);
    admit();
    try (MongoClient client = app("listed-app", PASSWORD)) {
      reaches(client);
      shutOut();
      isCut(client);
      admit();
      reaches(client);
    }
    atlas.delete("/databaseUsers/admin/listed-app").good();
  }

  @Test
  void changedRolesHoldOnALiveConnection() throws Exception {
    admit();
    user("changing-app", "readWrite", null);
    try (MongoClient client = app("changing-app", PASSWORD)) {
      reaches(client);
      insert(client);
      atlas
          .patch("/databaseUsers/admin/changing-app", new Document("roles", List.of(role("read"))))
          .good();
      Eventually.yes(
          LIMIT,
          () -> "the client still writes",
          () -> {
            try {
              insert(client);
              return false;
            } catch (MongoException e) {
              return e.getCode() == 13;
            }
          });
      assertThat(orders(client)).isPositive();
      // Another password ends what signed in with the old one, and lets nobody else in with that.
      atlas
          .patch("/databaseUsers/admin/changing-app", new Document("password", PASSWORD + "-2"))
          .good();
      isCut(client);
    }
    try (MongoClient client = app("changing-app", PASSWORD + "-2")) {
      reaches(client);
    }
    atlas.delete("/databaseUsers/admin/changing-app").good();
  }

  @Test
  void aTemporaryUserIsCutAtItsEnd() throws Exception {
    admit();
    Instant end = Instant.now().plusSeconds(12).truncatedTo(ChronoUnit.SECONDS);
    user("passing-app", "read", end);
    user("staying-app", "read", null);
    try (MongoClient passing = app("passing-app", PASSWORD);
        MongoClient staying = app("staying-app", PASSWORD)) {
      reaches(passing);
      reaches(staying);
      isCut(passing);
      assertThat(Instant.now()).isBetween(end.minusSeconds(1), end.plusSeconds(8));
      assertThat(orders(staying)).isPositive();
      Eventually.yes(
          LIMIT,
          tidegate::log,
          () -> atlas.get("/databaseUsers/admin/passing-app").status() == 404);
    }
    atlas.delete("/databaseUsers/admin/staying-app").good();
  }

  @Test
  void aCertificateOfTheProjectLetsAnApplicationIn() throws Exception {
    admit();
    Document body =
        new Document("username", "CN=reports,OU=shop")
            .append("databaseName", "$external")
            .append("x509Type", "MANAGED")
            .append("roles", List.of(role("read")));
    atlas.post("/databaseUsers", body).good();
    String path = "/databaseUsers/CN=reports,OU=shop/certs";
    String pem = atlas.post(path, new Document("monthsUntilExpiration", 1)).good().body();
    try (MongoClient client = client(MongoCredential.createMongoX509Credential(), pem)) {
      reaches(client);
      atlas.delete("/databaseUsers/%24external/CN=reports,OU=shop").good();
      isCut(client);
    }
    // The name comes again, and the old certificate with it does not.
    atlas.post("/databaseUsers", body).good();
    String next = atlas.post(path, new Document("monthsUntilExpiration", 1)).good().body();
    try (MongoClient client = client(MongoCredential.createMongoX509Credential(), next)) {
      reaches(client);
    }
    try (MongoClient revoked = client(MongoCredential.createMongoX509Credential(), pem)) {
      assertThatThrownBy(() -> orders(revoked)).isInstanceOf(MongoException.class);
    }
    atlas.delete("/databaseUsers/%24external/CN=reports,OU=shop").good();
  }

  @Test
  void aKilledServerLetsThemInAgainAndNobodyElse() throws Exception {
    admit();
    user("kept-app", "read", null);
    user("ended-app", "read", null);
    try (MongoClient kept = app("kept-app", PASSWORD);
        MongoClient ended = app("ended-app", PASSWORD)) {
      reaches(kept);
      reaches(ended);
      atlas.delete("/databaseUsers/admin/ended-app").good();
      tidegate.crash();
      tidegate.startAgain();
      reaches(kept);
      assertThatThrownBy(() -> orders(ended)).isInstanceOf(MongoException.class);
    }
    atlas.delete("/databaseUsers/admin/kept-app").good();
  }
}
