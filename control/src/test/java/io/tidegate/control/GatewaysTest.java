package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.GatewayEnrolment.Outcome;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.Pem;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How gateways get in, and what is known of them. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class GatewaysTest {
  private final Plane plane;

  GatewaysTest(Backend backend) {
    plane = Plane.shared(backend);
  }

  private String token(String name) {
    Rest.Answer made = plane.as("security").post("/gateways/tokens", Map.of("name", name));
    assertThat(made.status()).isEqualTo(201);
    return made.text("token");
  }

  @Test
  void aTokenLetsInOnce() {
    String token = token("once");
    assertThat(FakeGateway.join(plane, "once", token)).isInstanceOf(Outcome.Joined.class);
    assertThat(FakeGateway.join(plane, "once", token))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, refused -> assertThat(refused.code()).isEqualTo("token-used"));
  }

  @Test
  void aTokenIsGoodForAnHour() {
    String token = token("late");
    plane.clock.advance(Duration.ofHours(1));
    assertThat(FakeGateway.join(plane, "late", token))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo("token-expired"));
  }

  @Test
  void onlyAdministratorsMakeTokens() {
    for (String who : List.of("engineer", "owner", "support")) {
      assertThat(plane.as(who).post("/gateways/tokens", Map.of("name", "x")).text("code"))
          .isEqualTo("not-allowed");
    }
  }

  @Test
  void comingAndGoingIsSeen() {
    FakeGateway gateway = FakeGateway.join(plane, "second");
    Rest security = plane.as("security");
    assertThat(status(security, "second")).isEqualTo("ONLINE");
    gateway.close();
    Plane.until("it is offline", () -> status(security, "second").equals("OFFLINE"));
    gateway.connect();
    Plane.until("it is back", () -> status(security, "second").equals("ONLINE"));
    gateway.close();
    // One that has to join again under its name stays the same gateway.
    FakeGateway again = FakeGateway.join(plane, "second");
    assertThat(again.id()).isEqualTo(gateway.id());
    again.close();
    assertThat(plane.bean(Gateways.class)).isNotNull();
  }

  private String session(Plane.Place place) {
    Rest.Answer answer = tryForSession(place);
    assertThat(answer.status()).isEqualTo(201);
    return answer.text("sessionId");
  }

  private Rest.Answer tryForSession(Plane.Place place) {
    String grant =
        plane
            .as("engineer")
            .post(
                "/requests",
                Map.of("resource", place.resource().id(), "account", "main", "duration", "PT1H"))
            .text("grantId");
    return plane
        .as("engineer")
        .post(
            "/grants/" + grant + "/sessions",
            Map.of(
                "publicKey",
                Pem.publicKey(CertificateAuthority.newKeyPair(new SecureRandom()).getPublic()),
                "advertisedAddress",
                "127.0.0.1:5000"));
  }

  private String statusOf(String session) {
    return plane.as("security").get("/sessions/" + session).text("status");
  }

  private static void comesToNothing(FakeGateway gateway, String code) {
    gateway.dismissals().clear();
    gateway.dial();
    Plane.until("it is dismissed", () -> gateway.dismissals().contains(code));
    assertThat(gateway.connected()).isFalse();
    gateway.close();
  }

  @Test
  void aRetiredGatewayLosesItsSessionsItsLinkAndItsTokens() {
    Rest security = plane.as("security");
    FakeGateway gateway = FakeGateway.join(plane, "goes");
    FakeGateway neighbour = FakeGateway.join(plane, "stays");
    Plane.Place place = plane.autoPlace("goes");
    String session = session(place);
    String lease = gateway.leases().get(session).leaseId();
    String other = session(plane.autoPlace("stays"));
    String waiting = token("goes");
    String others = token("elsewhere");

    Rest.Answer retired = security.post("/gateways/goes/retire", Map.of("reason", "sold"));

    assertThat(retired.status()).isEqualTo(200);
    assertThat(retired.text("status")).isEqualTo("RETIRED");
    assertThat(retired.text("retiredBy")).isEqualTo("security");
    assertThat(retired.at("certificateExpiresAt").isMissingNode()).isTrue();
    Plane.until("its session is over", () -> statusOf(session).equals("TERMINATED"));
    assertThat(security.get("/sessions/" + session).text("endReason")).isEqualTo("GATEWAY_RETIRED");
    assertThat(security.get("/sessions/" + session).text("endedBy")).isEqualTo("security");
    // It is told again when it says that the session ended; of nothing but its own, and in words.
    assertThat(gateway.revocations())
        .isNotEmpty()
        .allSatisfy(revoked -> {
          assertThat(revoked.leaseId()).isEqualTo(lease);
          assertThat(revoked.reason()).contains("Its gateway was retired (security)");
        });
    assertThat(neighbour.revocations()).isEmpty();
    Plane.until("it is dismissed", () -> gateway.dismissals().equals(List.of("gateway-retired")));
    gateway.close();
    comesToNothing(gateway, "gateway-retired");
    assertThat(gateway.renew())
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo("gateway-retired"));
    assertThat(FakeGateway.join(plane, "goes", waiting))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo("token-revoked"));
    assertThat(tryForSession(place).text("code")).isEqualTo("gateway-offline");
    // Its neighbours notice nothing.
    assertThat(statusOf(other)).isEqualTo("ACTIVE");
    assertThat(status(security, "stays")).isEqualTo("ONLINE");
    assertThat(neighbour.dismissals()).isEmpty();
    assertThat(FakeGateway.join(plane, "elsewhere", others)).isInstanceOf(Outcome.Joined.class);
    // Once more changes nothing, and says nothing new.
    long told = plane.auditActions().stream().filter("gateway.retire"::equals).count();
    assertThat(security.post("/gateways/goes/retire", Map.of()).text("status"))
        .isEqualTo("RETIRED");
    assertThat(plane.auditActions().stream().filter("gateway.retire"::equals).count())
        .isEqualTo(told);
    // A new token is the way back.
    FakeGateway again = FakeGateway.join(plane, "goes");
    assertThat(again.id()).isEqualTo(gateway.id());
    assertThat(status(security, "goes")).isEqualTo("ONLINE");
    comesToNothing(gateway, "certificate-replaced");
    assertThat(session(place)).isNotEmpty();
    again.close();
    neighbour.close();
  }

  @Test
  void aRetiredGatewayThatSaysNothingIsCutAfterAMoment() {
    FakeGateway gateway = FakeGateway.join(plane, "mute");
    gateway.reportsEnds(false);
    session(plane.autoPlace("mute"));
    plane.as("security").post("/gateways/mute/retire", Map.of());
    Plane.until("it is told", () -> gateway.revocations().size() == 1);
    plane.reconcile();
    assertThat(gateway.dismissals()).isEmpty();

    plane.clock.advance(Duration.ofSeconds(5));
    plane.reconcile();

    Plane.until("it is dismissed", () -> gateway.dismissals().equals(List.of("gateway-retired")));
    gateway.close();
  }

  @Test
  void whoJoinsAgainEndsTheOldKeyAtOnce() {
    FakeGateway old = FakeGateway.join(plane, "twice");
    FakeGateway neighbour = FakeGateway.join(plane, "once-only");

    FakeGateway fresh = FakeGateway.join(plane, "twice");

    Plane.until(
        "the old link is cut", () -> old.dismissals().equals(List.of("certificate-replaced")));
    assertThat(fresh.id()).isEqualTo(old.id());
    assertThat(fresh.connected()).isTrue();
    assertThat(neighbour.connected()).isTrue();
    old.close();
    comesToNothing(old, "certificate-replaced");
    assertThat(old.renew())
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo("certificate-replaced"));
    assertThat(fresh.dismissals()).isEmpty();
    assertThat(fresh.connected()).isTrue();
    fresh.close();
    neighbour.close();
  }

  /** Joining again takes effect before the new one has ever connected. */
  @Test
  void theOldKeyEndsWithTheJoinAndNotWithTheFirstConnection() {
    FakeGateway old = FakeGateway.join(plane, "slow");
    String token = token("slow");
    assertThat(old.connected()).isTrue();
    assertThat(FakeGateway.join(plane, "slow", token)).isInstanceOf(Outcome.Joined.class);
    Plane.until(
        "the old link is cut", () -> old.dismissals().equals(List.of("certificate-replaced")));
    old.close();
  }

  @Test
  void aRenewedKeyReplacesTheOldOneWhenItIsShown() {
    FakeGateway first = FakeGateway.join(plane, "renews");
    FakeGateway lost = FakeGateway.with(plane, "renews", joined(first.renew()));
    FakeGateway next = FakeGateway.with(plane, "renews", joined(first.renew()));
    // Until then the present one goes on: the answer may have been lost.
    first.close();
    first.connect();
    assertThat(first.connected()).isTrue();
    // What was issued before and never shown is worth nothing.
    comesToNothing(lost, "certificate-replaced");

    next.connect();

    assertThat(next.id()).isEqualTo(first.id());
    first.close();
    comesToNothing(first, "certificate-replaced");
    assertThat(next.connected()).isTrue();
    next.close();
  }

  private static GatewayCredentials joined(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Joined.class);
    return ((Outcome.Joined) outcome).credentials();
  }

  @Test
  void onlyAdministratorsRetireAndRevoke() {
    FakeGateway gateway = FakeGateway.join(plane, "guarded");
    String id = plane.as("security").post("/gateways/tokens", Map.of("name", "guest")).text("id");
    for (String who : List.of("engineer", "owner", "support")) {
      Rest rest = plane.as(who);
      assertThat(rest.post("/gateways/guarded/retire", Map.of()).text("code"))
          .isEqualTo("not-allowed");
      // Nor does anybody learn here which gateways there are.
      assertThat(rest.post("/gateways/nowhere/retire", Map.of()).text("code"))
          .isEqualTo("not-allowed");
      assertThat(rest.get("/gateways/tokens").text("code")).isEqualTo("not-allowed");
      assertThat(rest.delete("/gateways/tokens/" + id).text("code")).isEqualTo("not-allowed");
    }
    assertThat(gateway.connected()).isTrue();
    assertThat(plane.as("security").post("/gateways/nowhere/retire", Map.of()).status())
        .isEqualTo(404);
    gateway.close();
  }

  @Test
  void aRevokedTokenLetsNobodyInAndAnotherOneStillDoes() {
    Rest security = plane.as("security");
    Rest.Answer made = security.post("/gateways/tokens", Map.of("name", "unwanted"));
    String other = token("wanted");
    assertThat(made.text("control")).startsWith("127.0.0.1:");
    assertThat(security.get("/gateways/tokens").body())
        .contains(made.text("id"))
        .doesNotContain(made.text("token"));

    assertThat(security.delete("/gateways/tokens/" + made.text("id")).status()).isEqualTo(204);

    assertThat(security.get("/gateways/tokens").body()).doesNotContain(made.text("id"));
    assertThat(FakeGateway.join(plane, "unwanted", made.text("token")))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo("token-revoked"));
    assertThat(FakeGateway.join(plane, "wanted", other)).isInstanceOf(Outcome.Joined.class);
  }

  @Test
  void theGatewayInTheServerIsNotForOthers() {
    plane.gateway();
    Rest security = plane.as("security");
    assertThat(security.post("/gateways/tokens", Map.of("name", "embedded")).text("code"))
        .isEqualTo("bad-input");
    assertThat(security.post("/gateways/embedded/retire", Map.of()).text("code"))
        .isEqualTo("state-conflict");
    assertThat(status(security, "embedded")).isEqualTo("ONLINE");
  }

  private static String status(Rest security, String name) {
    for (var gateway : security.get("/gateways?limit=200").at("items")) {
      if (gateway.path("name").asString().equals(name)) {
        return gateway.path("status").asString();
      }
    }
    return "";
  }
}
