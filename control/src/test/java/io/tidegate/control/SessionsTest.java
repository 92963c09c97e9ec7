package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.RecordedEntry;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.link.v1.RecordedCommands;
import io.tidegate.testkit.SettableClock;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions: how they start, what of them is seen, and that nothing outlives its grant. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class SessionsTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private final Backend backend;
  private final Plane plane;
  private final FakeGateway gateway;

  SessionsTest(Backend backend) {
    this.backend = backend;
    plane = Plane.shared(backend);
    gateway = plane.gateway();
  }

  @AfterEach
  void behave() {
    gateway.answersYes();
    gateway.reportsEnds(true);
  }

  private static Map<String, Object> body() {
    return Map.of(
        "publicKey",
        Pem.publicKey(CertificateAuthority.newKeyPair(RANDOM).getPublic()),
        "advertisedAddress",
        "127.0.0.1:5000",
        "clientName",
        "test");
  }

  private static String grant(Plane plane, String who) {
    Plane.Place place = plane.autoPlace();
    return plane
        .as(who)
        .post(
            "/requests",
            Map.of("resource", place.resource().id(), "account", "main", "duration", "PT1H"))
        .text("grantId");
  }

  private static Rest.Answer start(Plane plane, String grant) {
    return plane.as("engineer").post("/grants/" + grant + "/sessions", body());
  }

  private String status(String session) {
    return plane.as("security").get("/sessions/" + session).text("status");
  }

  private void becomes(String session, String status) {
    Plane.until("session is " + status, () -> status(session).equals(status));
  }

  @Test
  void revokingAGrantEndsItsSessionsAndNoOthers() {
    String grant = grant(plane, "engineer");
    String first = start(plane, grant).text("sessionId");
    String second = start(plane, grant).text("sessionId");
    String other = start(plane, grant(plane, "engineer")).text("sessionId");
    plane.as("owner").post("/grants/" + grant + "/revoke", Map.of("reason", "enough"));
    becomes(first, "TERMINATED");
    becomes(second, "TERMINATED");
    assertThat(status(other)).isEqualTo("ACTIVE");
    assertThat(gateway.leases()).containsKey(other).doesNotContainKeys(first, second);
    assertThat(gateway.revocations())
        .anySatisfy(revocation -> {
          assertThat(revocation.code()).isEqualTo("revoked");
          assertThat(revocation.reason()).contains("owner").contains("enough");
        });
    assertThat(plane.as("engineer").get("/sessions/" + first).text("endReason"))
        .isEqualTo("REVOKED");
    assertThat(start(plane, grant).text("code")).isEqualTo("grant-ended");
  }

  @Test
  void expiryEndsSessionsAtTheirInstant() {
    String session = start(plane, grant(plane, "engineer")).text("sessionId");
    plane.clock.advance(Duration.ofMinutes(60).minusMillis(1));
    plane.reconcile();
    assertThat(status(session)).isEqualTo("ACTIVE");
    plane.clock.advance(Duration.ofMillis(1));
    plane.reconcile();
    becomes(session, "TERMINATED");
    assertThat(plane.as("security").get("/sessions/" + session).text("endReason"))
        .isEqualTo("EXPIRED");
  }

  @Test
  void administratorsEndWhatTheyWatchAndStrangersCannot() {
    String session = start(plane, grant(plane, "engineer")).text("sessionId");
    assertThat(plane.as("support").post("/sessions/" + session + "/end", null).status())
        .isEqualTo(404);
    assertThat(status(session)).isEqualTo("ACTIVE");
    plane.as("security").post("/sessions/" + session + "/end", Map.of("reason", "looked odd"));
    becomes(session, "TERMINATED");
    Rest.Answer seen = plane.as("engineer").get("/sessions/" + session);
    assertThat(seen.text("endReason")).isEqualTo("ENDED_BY_ADMIN");
    assertThat(seen.text("endNote")).isEqualTo("looked odd");
    assertThat(plane.as("security").post("/sessions/" + session + "/end", null).text("code"))
        .isEqualTo("state-conflict");
  }

  @Test
  void disablingAPersonEndsTheirGrantsAndSessions() {
    String name = "gone-" + Long.toString(System.nanoTime(), 36);
    Rest security = plane.as("security");
    Rest.Answer person =
        security.post(
            "/users",
            Map.of(
                "username",
                name,
                "password",
                "long enough for all",
                "roles",
                java.util.List.of(
                    Map.of("role", "GROUP_READ_ONLY", "projectId", plane.demo.project().id()))));
    String token =
        plane
            .nobody()
            .post("/auth/token", Map.of("username", name, "password", "long enough for all"))
            .text("accessToken");
    Rest they = new Rest(plane.url(), token);
    Plane.Place place = plane.autoPlace();
    String grant =
        they.post("/requests", Map.of("resource", place.resource().id(), "account", "main"))
            .text("grantId");
    String session = they.post("/grants/" + grant + "/sessions", body()).text("sessionId");
    security
        .with("If-Match", person.etag())
        .put("/users/" + name, Map.of("username", name, "active", false));
    assertThat(they.get("/me").status()).isEqualTo(401);
    becomes(session, "TERMINATED");
    assertThat(security.get("/grants/" + grant).text("endReason")).isEqualTo("IDENTITY_DISABLED");
  }

  @Test
  void theGatewaysRefusalIsTold() {
    gateway.answers(lease ->
        new LeaseOutcome.Rejected(
            lease.leaseId(), "target-login-failed", "the target refused the stored password"));
    Rest.Answer answer = start(plane, grant(plane, "engineer"));
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.text("code")).isEqualTo("gateway-refused");
    assertThat(answer.text("detail")).contains("refused the stored password");
    assertThat(plane.as("engineer").get("/sessions?limit=1").text("items.0.status"))
        .isEqualTo("FAILED");
  }

  @Test
  void onlyTheGranteeStartsSessions() {
    String grant = grant(plane, "engineer");
    for (String who : java.util.List.of("owner", "security", "support")) {
      assertThat(plane.as(who).post("/grants/" + grant + "/sessions", body()).status())
          .as(who)
          .isEqualTo(404);
    }
  }

  @Test
  void badKeysAndAddressesAreRefused() {
    String path = "/grants/" + grant(plane, "engineer") + "/sessions";
    Rest engineer = plane.as("engineer");
    assertThat(
            engineer
                .post(path, Map.of("publicKey", "x", "advertisedAddress", "127.0.0.1:1"))
                .text("detail"))
        .contains("publicKey");
    Map<String, Object> good = body();
    assertThat(
            engineer
                .post(path, Map.of("publicKey", good.get("publicKey"), "advertisedAddress", "a;b"))
                .text("detail"))
        .contains("advertisedAddress");
    assertThat(
            engineer
                .post(
                    path,
                    Map.of(
                        "publicKey",
                        good.get("publicKey"),
                        "advertisedAddress",
                        "127.0.0.1:1",
                        "localAuth",
                        Map.of(
                            "salt",
                            "AAAA",
                            "iterations",
                            10,
                            "storedKey",
                            "AA",
                            "serverKey",
                            "AA")))
                .text("detail"))
        .contains("localAuth");
  }

  @Test
  void eventsAreCountedOnceAndRefusalsAudited() {
    String session = start(plane, grant(plane, "engineer")).text("sessionId");
    Instant now = plane.clock.instant();
    String lease = gateway.leases().get(session).leaseId();
    gateway.report(new SessionEvent.Started(now, session, lease, "127.0.0.1:9"));
    gateway.report(
        new SessionEvent.ConnectionOpened(
            now, session, "1", "127.0.0.1:9", "mongosh 2.5", "nodejs 6", ""));
    for (int i = 0; i < 3; i++) {
      gateway.report(
          new SessionEvent.Refused(
              now, session, "1", "insert", "shop.orders", "outside-lease", "Not in the lease."));
    }
    gateway.report(new SessionEvent.Counters(now, session, 1, 42, 3, 1000, 9000));
    gateway.report(new SessionEvent.Counters(now, "ses_00000000000000000000000000", 9, 9, 9, 9, 9));
    Plane.until("events are taken", () -> gateway.unacknowledged() == 0);
    Rest.Answer seen = plane.as("engineer").get("/sessions/" + session);
    assertThat(seen.at("counters.commands").asInt()).isEqualTo(42);
    assertThat(seen.at("counters.connections").asInt()).isEqualTo(1);
    assertThat(seen.text("driver")).contains("mongosh 2.5");
    assertThat(plane.as("security").get("/audit?limit=10").body())
        .contains("command.refuse")
        .contains("outside-lease")
        .contains("connection.opened");
    gateway.report(new SessionEvent.Ended(now, session, lease, "left", "gone", 50, 3, 1, 2, 7));
    becomes(session, "ENDED");
  }

  private static RecordedEntry entry(long index, CommandRecord.Builder... records) {
    RecordedCommands.Builder commands = RecordedCommands.newBuilder();
    for (CommandRecord.Builder record : records) {
      commands.addCommands(record);
    }
    return new RecordedEntry(index, Instant.EPOCH, commands.build().toByteArray());
  }

  private static CommandRecord.Builder find(long sequence) {
    ByteBuffer bson =
        new RawBsonDocument(
                BsonDocument.parse("{find: 'orders', filter: {n: " + sequence + "}}"),
                new org.bson.codecs.BsonDocumentCodec())
            .getByteBuffer()
            .asNIO();
    return CommandRecord.newBuilder()
        .setSequence(sequence)
        .setAtMicros(1_000_000)
        .setConnection("1")
        .setCommand("find")
        .setDatabase("shop")
        .setCollection("orders")
        .setBody(ByteString.copyFrom(bson));
  }

  private static CommandRecord.Reply.Builder reply(int returned) {
    return CommandRecord.Reply.newBuilder().setOk(true).setReturned(returned);
  }

  @Test
  void recordingsAreReadInPagesAndIntentsMeetTheirOutcomes() {
    String session = start(plane, grant(plane, "engineer")).text("sessionId");
    gateway.record(session, entry(3, find(1).setReply(reply(5))));
    gateway.record(
        session,
        entry(7, find(2).setPhase(CommandRecord.Phase.INTENT), find(3).setReply(reply(1))));
    gateway.record(
        session,
        entry(
            9,
            CommandRecord.newBuilder()
                .setSequence(2)
                .setPhase(CommandRecord.Phase.OUTCOME)
                .setReply(reply(20))));
    Rest engineer = plane.as("engineer");
    Rest.Answer first = engineer.get("/sessions/" + session + "/commands?limit=2");
    assertThat(first.at("items").size()).isEqualTo(3);
    assertThat(first.at("more").asBoolean()).isTrue();
    assertThat(first.text("items.0.body")).contains("orders");
    assertThat(first.text("items.1.outcome.summary")).isEqualTo("ok, 20 documents");
    Rest.Answer rest =
        engineer.get("/sessions/" + session + "/commands?after=" + first.text("last"));
    assertThat(rest.at("items").size()).isZero();
    assertThat(rest.at("more").asBoolean()).isFalse();
    assertThat(engineer.get("/sessions/" + session + "/commands?limit=0").status()).isEqualTo(400);
    assertThat(plane.as("support").get("/sessions/" + session + "/commands").status())
        .isEqualTo(404);
  }

  @Test
  void followersSeeCommandsAndTheEnd() {
    String session = start(plane, grant(plane, "engineer")).text("sessionId");
    gateway.record(session, entry(1, find(1).setReply(reply(5))));
    Thread.ofVirtual()
        .start(() -> {
          gateway.record(session, entry(2, find(2).setReply(reply(6))));
          plane.as("security").post("/sessions/" + session + "/end", Map.of("reason", "x"));
        });
    Rest.Answer stream = plane.as("engineer").get("/sessions/" + session + "/events");
    assertThat(stream.status()).isEqualTo(200);
    assertThat(stream.body())
        .contains("event: session")
        .contains("event: commands")
        .contains("\"sequence\":1")
        .contains("TERMINATED");
  }

  /** What a kill -9 leaves behind: rows, and a gateway that may hold anything. */
  @Test
  void whatACrashLeftIsPutRightAtTheNextStart() throws Exception {
    SettableClock clock = Plane.clock();
    Path data = Files.createTempDirectory("tidegate-crash");
    Map<String, Object> database = Plane.database(backend);
    String cut;
    String unknown;
    String kept;
    try (Plane before = Plane.start(backend, clock, data, database)) {
      FakeGateway held = before.gateway();
      String grant = grant(before, "engineer");
      kept = start(before, grant(before, "engineer")).text("sessionId");
      cut = start(before, grant).text("sessionId");
      held.close();
      // The grant ends with the gateway away: nobody can be told.
      Plane.until(
          "the gateway is away",
          () -> before.as("security").get("/gateways").text("items.0.status").equals("OFFLINE"));
      before.as("owner").post("/grants/" + grant + "/revoke", Map.of());
      before.reconcile();
      assertThat(before.as("engineer").get("/sessions/" + cut).text("status")).isEqualTo("CLOSING");
      // A session whose lease was written down when the process died.
      unknown = "ses_0000000000000000000000000Z";
      before
          .database()
          .inTransaction(() -> {
            before
                .database()
                .sql()
                .sql(
                    """
                    insert into gate_session
                    select :new, grant_id, person_id, project_id, resource_id, account_id,
                      gateway_id, 'STARTING', client_name, driver, advertised_address, 0, 0,
                      0, 0, 0, 0, started_at, null, expires_at, null, null, null, null, 1
                    from gate_session where id = :old
                    """)
                .param("new", unknown)
                .param("old", kept)
                .update();
            before
                .database()
                .sql()
                .sql(
                    """
                    insert into lease
                    select 'lse_crash', :new, gateway_id, 'WANTED', key_sha256, null, 1,
                      expires_at, created_at, updated_at, resource_terms, account_terms
                    from lease where session_id = :old
                    """)
                .param("new", unknown)
                .param("old", kept)
                .update();
          });
    }
    clock.advance(Duration.ofSeconds(30));
    try (Plane after = Plane.start(backend, clock, data, database)) {
      FakeGateway back = after.gateway();
      Plane.until(
          "the cut-off start is closing or over",
          () ->
              !after.as("security").get("/sessions/" + unknown).text("status").equals("STARTING"));
      assertThat(back.leases()).containsKey(kept).doesNotContainKey(cut);
      clock.advance(Duration.ofSeconds(6));
      Plane.until(
          "all is over but what lives",
          () -> {
            after.reconcile();
            clock.advance(Duration.ofSeconds(6));
            Rest security = after.as("security");
            return security.get("/sessions/" + cut).text("status").equals("TERMINATED")
                && security.get("/sessions/" + unknown).text("status").equals("TERMINATED");
          });
      assertThat(after.as("security").get("/sessions/" + kept).text("status")).isEqualTo("ACTIVE");
      assertThat(back.leases()).containsOnlyKeys(kept);
      assertThat(after.as("security").post("/audit/verify", null).at("whole").asBoolean()).isTrue();
      assertThat(back.open(back.leases().get(kept))).isEqualTo(Plane.PLANTED);
    }
  }

  @Test
  void withoutAGatewayNothingStarts() throws Exception {
    SettableClock clock = Plane.clock();
    try (Plane alone = Plane.start(backend, clock)) {
      String grant = grant(alone, "engineer");
      assertThat(start(alone, grant).text("code")).isEqualTo("gateway-offline");
      assertThat(alone.as("engineer").get("/sessions").at("items").size()).isZero();
    }
  }
}
