package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.identity.DeviceLogins;
import io.tidegate.control.identity.People;
import io.tidegate.control.testing.AtlasClient;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.OAuthClient;
import io.tidegate.control.testing.Plane;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The way in which the official command line signs a person in, and all its ends. */
@ParameterizedClass
@EnumSource(Backend.class)
class DeviceSignInTest {
  private static final String BASE = "/api/private/unauth/account/device";
  private static final String CLIENT = "0oabtxactgS3gHIR0297";
  private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";

  private final Plane plane;
  private final OAuthClient http;
  private final DeviceLogins devices;

  DeviceSignInTest(Backend backend) {
    plane = Plane.shared(backend);
    http = new OAuthClient(plane.url());
    devices = plane.bean(DeviceLogins.class);
    // What other tests did from this address is forgiven.
    plane.clock.advance(Duration.ofMinutes(15));
  }

  private OAuthClient.Answer start() {
    OAuthClient.Answer started =
        http.post(
            BASE + "/authorize",
            null,
            OAuthClient.form("client_id", CLIENT, "scope", "openid profile offline_access"));
    assertThat(started.status()).as(started.body()).isEqualTo(200);
    return started;
  }

  private OAuthClient.Answer poll(String deviceCode) {
    return http.post(
        BASE + "/token",
        null,
        OAuthClient.form("client_id", CLIENT, "device_code", deviceCode, "grant_type", GRANT));
  }

  private OAuthClient.Answer renew(String refreshToken) {
    return http.post(
        BASE + "/token",
        null,
        OAuthClient.form(
            "client_id", CLIENT, "refresh_token", refreshToken, "grant_type", "refresh_token"));
  }

  private OAuthClient.Answer signedIn(String username) {
    OAuthClient.Answer started = start();
    devices.approve(plane.actor(username), started.text("user_code"));
    OAuthClient.Answer granted = poll(started.text("device_code"));
    assertThat(granted.status()).as(granted.body()).isEqualTo(200);
    return granted;
  }

  private int opens(String token) {
    return AtlasClient.bearer(plane.url(), token).get("/").status();
  }

  @Test
  void aPersonIsSignedInByTheCodeThatTheyConfirm() {
    OAuthClient.Answer started = start();
    assertThat(started.text("user_code")).matches("[A-Z]{8}");
    assertThat(started.text("verification_uri")).endsWith("/device");
    assertThat(started.number("expires_in")).isEqualTo(600);
    assertThat(started.number("interval")).isPositive();
    DeviceLogins.Pending pending =
        devices.pending(plane.actor("security"), started.text("user_code"));
    assertThat(pending.clientName()).isEqualTo("atlascli/1.45.0");
    assertThat(pending.purpose()).isEqualTo(DeviceLogins.Purpose.ATLAS);

    OAuthClient.Answer waiting = poll(started.text("device_code"));
    assertThat(waiting.status()).isEqualTo(400);
    assertThat(waiting.text("errorCode")).isEqualTo("DEVICE_AUTHORIZATION_PENDING");

    plane.clock.advance(Duration.ofSeconds(3));
    devices.approve(plane.actor("security"), started.text("user_code"));
    OAuthClient.Answer granted = poll(started.text("device_code"));
    assertThat(granted.status()).as(granted.body()).isEqualTo(200);
    assertThat(granted.header("Cache-Control")).isEqualTo("no-store");
    assertThat(granted.number("expires_in")).isEqualTo(3600);
    String token = granted.text("access_token");
    assertThat(OAuthClient.claim(token, "sub")).isEqualTo("security");
    assertThat(OAuthClient.claim(granted.text("id_token"), "sub")).isEqualTo("security");
    assertThat(AtlasClient.bearer(plane.url(), token).get("/").text("apiKey.publicKey"))
        .isEqualTo("security");
    // It is for this API alone, and so is what only tells who signed in.
    assertThat(new io.tidegate.control.testing.Rest(plane.url(), token).get("/me").status())
        .isEqualTo(401);
    assertThat(opens(granted.text("id_token"))).isEqualTo(401);
    assertThat(opens(granted.text("refresh_token"))).isEqualTo(401);
  }

  @Test
  void aCodeOpensOnce() {
    OAuthClient.Answer started = start();
    devices.approve(plane.actor("security"), started.text("user_code"));
    assertThat(poll(started.text("device_code")).status()).isEqualTo(200);
    assertThat(poll(started.text("device_code")).text("errorCode"))
        .isEqualTo("DEVICE_AUTHORIZATION_EXPIRED");
  }

  @Test
  void aCodeThatIsTooOldOrMadeUpIsExpired() {
    OAuthClient.Answer started = start();
    plane.clock.advance(Duration.ofMinutes(10));
    assertThat(poll(started.text("device_code")).text("errorCode"))
        .isEqualTo("DEVICE_AUTHORIZATION_EXPIRED");
    assertThat(poll("tgd_made-up").text("errorCode")).isEqualTo("DEVICE_AUTHORIZATION_EXPIRED");
  }

  @Test
  void aRefusalIsTold() {
    OAuthClient.Answer started = start();
    devices.deny(plane.actor("security"), started.text("user_code"));
    assertThat(poll(started.text("device_code")).text("errorCode"))
        .isEqualTo("DEVICE_AUTHORIZATION_DENIED");
  }

  @Test
  void whoPollsTooFastIsSlowedDownAndNotSentAway() {
    OAuthClient.Answer started = start();
    poll(started.text("device_code"));
    OAuthClient.Answer fast = poll(started.text("device_code"));
    assertThat(fast.status()).isEqualTo(429);
    assertThat(fast.header("Retry-After")).isEqualTo("5");
    assertThat(fast.text("errorCode")).isEqualTo("DEVICE_AUTHORIZATION_PENDING");
    devices.approve(plane.actor("security"), started.text("user_code"));
    assertThat(poll(started.text("device_code")).status()).isEqualTo(200);
  }

  @Test
  void codesAreGoodForWhatTheyWereStartedForOnly() {
    OAuthClient.Answer started = start();
    devices.approve(plane.actor("security"), started.text("user_code"));
    assertThat(
            plane
                .nobody()
                .post(
                    "/auth/device/token",
                    java.util.Map.of("deviceCode", started.text("device_code")))
                .status())
        .isEqualTo(400);
    DeviceLogins.Started native_ =
        devices.start("terminal", "127.0.0.1", DeviceLogins.Purpose.TIDEGATE);
    devices.approve(plane.actor("security"), native_.userCode());
    assertThat(poll(native_.deviceCode().reveal()).text("errorCode"))
        .isEqualTo("DEVICE_AUTHORIZATION_EXPIRED");
    assertThat(poll(started.text("device_code")).status()).isEqualTo(200);
  }

  @Test
  void aRefreshTokenIsGoodOnceAndASecondUseEndsAll() {
    OAuthClient.Answer first = signedIn("security");
    plane.clock.advance(Duration.ofMinutes(61));
    assertThat(opens(first.text("access_token"))).isEqualTo(401);
    OAuthClient.Answer second = renew(first.text("refresh_token"));
    assertThat(second.status()).as(second.body()).isEqualTo(200);
    assertThat(opens(second.text("access_token"))).isEqualTo(200);
    OAuthClient.Answer other = signedIn("owner");

    OAuthClient.Answer stolen = renew(first.text("refresh_token"));
    assertThat(stolen.status()).isEqualTo(400);
    assertThat(stolen.text("errorCode")).isEqualTo("INVALID_REFRESH_TOKEN");
    assertThat(opens(second.text("access_token"))).isEqualTo(401);
    assertThat(renew(second.text("refresh_token")).text("errorCode"))
        .isEqualTo("INVALID_REFRESH_TOKEN");
    // Nobody else's sign-in ends by that.
    assertThat(opens(other.text("access_token"))).isEqualTo(200);
    assertThat(renew(other.text("refresh_token")).status()).isEqualTo(200);
  }

  @Test
  void allEndsTwelveHoursAfterTheSignIn() {
    OAuthClient.Answer last = signedIn("security");
    plane.clock.advance(Duration.ofHours(11).plusMinutes(50));
    last = renew(last.text("refresh_token"));
    assertThat(last.number("expires_in")).isLessThanOrEqualTo(600).isPositive();
    assertThat(opens(last.text("access_token"))).isEqualTo(200);
    plane.clock.advance(Duration.ofMinutes(10));
    assertThat(opens(last.text("access_token"))).isEqualTo(401);
    assertThat(renew(last.text("refresh_token")).text("errorCode"))
        .isEqualTo("INVALID_REFRESH_TOKEN");
  }

  @Test
  void signingOutEndsBothTokens() {
    OAuthClient.Answer granted = signedIn("security");
    OAuthClient.Answer revoked =
        http.post(
            BASE + "/revoke",
            null,
            OAuthClient.form(
                "client_id",
                CLIENT,
                "token",
                granted.text("refresh_token"),
                "token_type_hint",
                "refresh_token"));
    assertThat(revoked.status()).isEqualTo(200);
    assertThat(opens(granted.text("access_token"))).isEqualTo(401);
    assertThat(renew(granted.text("refresh_token")).status()).isEqualTo(400);
    assertThat(
            http.post(BASE + "/revoke", null, OAuthClient.form("client_id", CLIENT, "token", "x"))
                .status())
        .isEqualTo(200);
  }

  @Test
  void aPersonWhoIsDisabledIsOut() {
    OAuthClient.Answer granted = signedIn("engineer");
    assertThat(opens(granted.text("access_token"))).isEqualTo(200);
    People people = plane.bean(People.class);
    var engineer = people.find("engineer").orElseThrow();
    var disabled =
        people.update(plane.system(), engineer.id(), engineer.version(), draft(engineer, false));
    assertThat(opens(granted.text("access_token"))).isEqualTo(401);
    assertThat(renew(granted.text("refresh_token")).status()).isEqualTo(400);
    people.update(plane.system(), disabled.id(), disabled.version(), draft(engineer, true));
    assertThat(opens(granted.text("access_token"))).isEqualTo(401);
  }

  private static People.Draft draft(io.tidegate.control.identity.Person person, boolean active) {
    return new People.Draft(
        person.username(), person.displayName(), person.kind(), active, person.assignments());
  }

  @Test
  void formsThatAreNoneAreRefusedWithTheField() {
    assertThat(http.post(BASE + "/authorize", null, "").body()).contains("client_id");
    assertThat(http.post(BASE + "/token", null, OAuthClient.form("client_id", "x")).body())
        .contains("grant_type");
    OAuthClient.Answer grant =
        http.post(
            BASE + "/token", null, OAuthClient.form("client_id", "x", "grant_type", "password"));
    assertThat(grant.status()).isEqualTo(400);
    assertThat(grant.text("errorCode")).isEqualTo("VALIDATION_ERROR");
    assertThat(http.post(BASE + "/token", null, "a=%zz").status()).isEqualTo(400);
  }

  @Test
  void tokensAreStoredNowhere() {
    OAuthClient.Answer granted = signedIn("security");
    for (String table : List.of("access_token", "device_login", "audit_event")) {
      assertThat(
              plane.database().sql().sql("select * from " + table).query().listOfRows().toString())
          .doesNotContain(granted.text("access_token"), granted.text("refresh_token"));
    }
  }

  @Test
  void whatClientsAskBesideIsAnswered() {
    OAuthClient.Answer granted = signedIn("security");
    AtlasClient client = AtlasClient.bearer(plane.url(), granted.text("access_token"));
    assertThat(client.get("/api/private/ipinfo").text("currentIpv4Address")).isEqualTo("127.0.0.1");
    assertThat(client.post("/api/private/v1.0/telemetry/events", List.of()).status())
        .isEqualTo(204);
    AtlasClient nobody = AtlasClient.nobody(plane.url());
    assertThat(nobody.post("/api/private/unauth/telemetry/events", List.of()).status())
        .isEqualTo(204);
    assertThat(nobody.get("/api/private/ipinfo").status()).isEqualTo(401);
    assertThat(nobody.get(BASE + "/registration").text("registrationUrl")).endsWith("/login");
  }
}
