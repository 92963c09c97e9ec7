package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.identity.DeviceLogins;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Proving who one is: passwords, tokens, cookies, the device grant. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class IdentityTest {
  private final Plane plane;

  IdentityTest(Backend backend) {
    plane = Plane.shared(backend);
  }

  private Rest.Answer signIn(String username, String password) {
    return plane.nobody().post("/auth/token", Map.of("username", username, "password", password));
  }

  @Test
  void aTokenOpensUntilItIsSignedOutOrOld() {
    Rest.Answer first = signIn("owner", plane.password("owner"));
    Rest.Answer second = signIn("owner", plane.password("owner"));
    Rest one = new Rest(plane.url(), first.text("accessToken"));
    Rest two = new Rest(plane.url(), second.text("accessToken"));
    assertThat(one.get("/me").text("username")).isEqualTo("owner");
    assertThat(one.post("/auth/logout", null).status()).isEqualTo(204);
    assertThat(one.get("/me").status()).isEqualTo(401);
    assertThat(two.get("/me").status()).isEqualTo(200);
    plane.clock.advance(Duration.ofHours(12));
    assertThat(two.get("/me").status()).isEqualTo(401);
  }

  @Test
  void tokensAndPasswordsAreStoredAsHashesOnly() {
    String token = signIn("owner", plane.password("owner")).text("accessToken");
    List<String> hashes =
        plane
            .database()
            .sql()
            .sql("select secret_hash from access_token")
            .query(String.class)
            .list();
    assertThat(hashes).allMatch(hash -> hash.matches("[0-9a-f]{64}")).doesNotContain(token);
    assertThat(
            plane
                .database()
                .sql()
                .sql("select password_hash from person")
                .query(String.class)
                .list())
        .allMatch(hash -> hash.startsWith("$argon2id$"));
  }

  @Test
  void unknownPeopleAndWrongPasswordsLookAlike() {
    Rest.Answer unknown = signIn("nobody-of-that-name", "some long password");
    Rest.Answer wrong = signIn("owner", "some long password");
    assertThat(unknown.status()).isEqualTo(401);
    assertThat(unknown.body()).isEqualTo(wrong.body());
    assertThat(signIn("owner", plane.password("owner")).status()).isEqualTo(200);
  }

  @Test
  void tooManyTriesWaitAndOthersDoNot() {
    plane.clock.advance(Duration.ofHours(1));
    for (int i = 0; i < 8; i++) {
      assertThat(signIn("throttled", "wrong password " + i).status()).isEqualTo(401);
    }
    Rest.Answer stopped = signIn("throttled", "wrong password again");
    assertThat(stopped.status()).isEqualTo(429);
    assertThat(stopped.text("code")).isEqualTo("too-many-attempts");
    assertThat(stopped.raw().headers().firstValue("Retry-After")).isPresent();
    assertThat(signIn("owner", plane.password("owner")).status()).isEqualTo(200);
    plane.clock.advance(Duration.ofSeconds(15));
    assertThat(signIn("throttled", "wrong password").status()).isEqualTo(401);
  }

  @Test
  void whatWasTypedIsNeverWrittenDown() {
    signIn("my-password-in-the-wrong-field", "x");
    signIn("owner", "another-secret-password");
    assertThat(plane.as("security").get("/audit?limit=20").body())
        .contains("bad-credentials")
        .doesNotContain("my-password-in-the-wrong-field")
        .doesNotContain("another-secret-password");
  }

  @Test
  void aDeviceIsLetInByItsUserOnce() {
    plane.clock.advance(Duration.ofMinutes(5));
    Rest.Answer started = plane.nobody().post("/auth/device", Map.of("clientName", "laptop"));
    assertThat(started.status()).isEqualTo(200);
    Map<String, Object> poll = Map.of("deviceCode", started.text("device_code"));
    Rest nobody = plane.nobody();
    assertThat(nobody.post("/auth/device/token", poll).text("code"))
        .isEqualTo("authorization_pending");
    assertThat(nobody.post("/auth/device/token", poll).text("code")).isEqualTo("slow_down");
    plane.clock.advance(Duration.ofSeconds(8));
    assertThat(nobody.post("/auth/device/token", poll).text("code"))
        .isEqualTo("authorization_pending");
    DeviceLogins devices = plane.bean(DeviceLogins.class);
    String spoken = started.text("user_code").toLowerCase(java.util.Locale.ROOT).replace("-", " ");
    assertThat(devices.pending(plane.actor("engineer"), spoken).clientName()).isEqualTo("laptop");
    devices.approve(plane.actor("engineer"), spoken);
    Rest.Answer granted = nobody.post("/auth/device/token", poll);
    assertThat(granted.text("user.username")).isEqualTo("engineer");
    assertThat(new Rest(plane.url(), granted.text("accessToken")).get("/me").status())
        .isEqualTo(200);
    assertThat(nobody.post("/auth/device/token", poll).text("code")).isEqualTo("expired_token");
  }

  @Test
  void aDeviceIsTurnedAwayOrForgotten() {
    plane.clock.advance(Duration.ofMinutes(5));
    Rest nobody = plane.nobody();
    Rest.Answer denied = nobody.post("/auth/device", Map.of());
    plane.bean(DeviceLogins.class).deny(plane.actor("engineer"), denied.text("user_code"));
    assertThat(
            nobody
                .post("/auth/device/token", Map.of("deviceCode", denied.text("device_code")))
                .text("code"))
        .isEqualTo("access_denied");
    Rest.Answer old = nobody.post("/auth/device", Map.of());
    plane.clock.advance(Duration.ofMinutes(10));
    assertThat(
            nobody
                .post("/auth/device/token", Map.of("deviceCode", old.text("device_code")))
                .text("code"))
        .isEqualTo("expired_token");
    assertThat(nobody.post("/auth/device/token", Map.of("deviceCode", "made up")).text("code"))
        .isEqualTo("expired_token");
  }

  /** A browser: keeps cookies, follows nothing. */
  private final class Browser {
    private final CookieManager cookies = new CookieManager();
    private final HttpClient http = HttpClient.newBuilder().cookieHandler(cookies).build();

    HttpResponse<String> get(String path) throws Exception {
      return send(HttpRequest.newBuilder(URI.create(plane.url() + path)).build());
    }

    HttpResponse<String> form(String path, String body) throws Exception {
      return send(
          HttpRequest.newBuilder(URI.create(plane.url() + path))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build());
    }

    HttpResponse<String> json(String path, String body) throws Exception {
      return send(
          HttpRequest.newBuilder(URI.create(plane.url() + path))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build());
    }

    private HttpResponse<String> send(HttpRequest request)
        throws IOException, InterruptedException {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String csrf(String page) {
    Matcher matcher = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"").matcher(page);
    assertThat(matcher.find()).as("a CSRF field in " + page).isTrue();
    return URLEncoder.encode(matcher.group(1), StandardCharsets.UTF_8);
  }

  @Test
  void theCookieIsHardAndItsFormsAreOurs() throws Exception {
    Browser browser = new Browser();
    HttpResponse<String> page = browser.get("/login?next=/sessions");
    String token = csrf(page.body());
    String fields = "username=owner&password=" + plane.password("owner");

    assertThat(browser.form("/login", fields).headers().firstValue("Location"))
        .contains("/login?error=csrf");
    HttpResponse<String> in = browser.form("/login", fields + "&next=/sessions&_csrf=" + token);
    assertThat(in.statusCode()).isEqualTo(303);
    assertThat(in.headers().firstValue("Location")).contains("/sessions");
    String cookie =
        in.headers().allValues("Set-Cookie").stream()
            .filter(c -> c.startsWith("tidegate_session="))
            .findFirst()
            .orElseThrow();
    assertThat(cookie).contains("HttpOnly").contains("SameSite=Lax").contains("Path=/");

    assertThat(browser.get("/api/v1/me").body()).contains("owner");
    // The cookie alone does not make a change.
    HttpResponse<String> forged =
        browser.json("/api/v1/requests", "{\"resource\":\"orders-db\",\"account\":\"readonly\"}");
    assertThat(forged.statusCode()).isEqualTo(403);
    assertThat(forged.body()).contains("\"csrf\"");
    assertThat(browser.form("/logout", "").statusCode()).isEqualTo(403);
    String out = csrf(browser.get("/sessions").body());
    assertThat(browser.form("/logout", "_csrf=" + out).statusCode()).isEqualTo(303);
    assertThat(browser.get("/api/v1/me").statusCode()).isEqualTo(401);
  }

  @Test
  void nextNeverLeadsOutside() throws Exception {
    for (String next : List.of("https://evil.example/", "//evil.example", "/\\evil.example")) {
      Browser browser = new Browser();
      String token = csrf(browser.get("/login").body());
      HttpResponse<String> in =
          browser.form(
              "/login",
              "username=owner&password="
                  + plane.password("owner")
                  + "&next="
                  + URLEncoder.encode(next, StandardCharsets.UTF_8)
                  + "&_csrf="
                  + token);
      assertThat(in.headers().firstValue("Location")).as(next).contains("/");
    }
  }

  @Test
  void everyAnswerCarriesTheSecurityHeaders() throws Exception {
    for (String path : List.of("/login", "/api/v1/health", "/api/v1/me")) {
      HttpResponse<String> answer = new Browser().get(path);
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("script-src 'self'")
          .doesNotContain("unsafe-inline")
          .contains("frame-ancestors 'none'");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.headers().firstValue("Server")).isEmpty();
    }
    HttpResponse<String> page = new Browser().get("/sessions");
    assertThat(page.statusCode()).isEqualTo(303);
    assertThat(page.headers().firstValue("Location")).contains("/login?next=%2Fsessions");
  }
}
