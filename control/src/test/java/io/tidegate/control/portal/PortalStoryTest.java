package io.tidegate.control.portal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The portal over the real services: signing in, asking, deciding, giving back. */
class PortalStoryTest {
  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

  private static Plane plane;

  @BeforeAll
  static void start() {
    plane =
        Plane.start(
            Backend.SQLITE,
            new io.tidegate.testkit.SettableClock(
                InstantSource.system()
                    .instant()
                    .truncatedTo(java.time.temporal.ChronoUnit.MILLIS)));
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  void sendsStrangersToTheSignInPageAndBack() {
    Browser stranger = new Browser();

    HttpResponse<String> sent = stranger.get("/approvals?x=1");
    assertThat(sent.statusCode()).isEqualTo(303);
    assertThat(sent.headers().firstValue("Location")).hasValue("/login?next=%2Fapprovals%3Fx%3D1");

    HttpResponse<String> page = stranger.get("/login?next=%2Fapprovals%3Fx%3D1");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("value=\"/approvals?x=1\"");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("script-src 'self'");
    assertThat(page.headers().allValues("Content-Security-Policy")).hasSize(1);
    assertThat(stranger.get("/assets/tide.css").statusCode()).isEqualTo(200);
  }

  @Test
  void refusesAWrongPasswordAndAFormWithoutItsToken() {
    Browser stranger = new Browser();
    HttpResponse<String> wrong =
        stranger.post("/login", "/login", Map.of("username", "engineer", "password", "no"));
    assertThat(wrong.headers().firstValue("Location")).hasValue("/login?error=bad-credentials");
    assertThat(stranger.get("/login?error=bad-credentials").body())
        .contains("The name or the password is wrong.");
    assertThat(stranger.get("/").statusCode()).isEqualTo(303);

    Browser engineer = new Browser().signIn("engineer");
    HttpResponse<String> forged =
        engineer.send("/requests", "_csrf=forged&resource=orders-db&account=readonly");
    assertThat(forged.statusCode()).isEqualTo(403);
    assertThat(forged.body()).contains("/rules#csrf");
    assertThat(engineer.get("/access").body()).contains("Nothing is open to you");
  }

  @Test
  void carriesARequestFromTheFormToTheGrantAndBack() {
    Browser owner = new Browser().signIn("owner");
    Browser asker = new Browser().signIn("engineer");

    HttpResponse<String> filed =
        asker.post(
            "/requests/new?resource=orders-db",
            "/requests",
            Map.of(
                "resource", "orders-db",
                "project", "shop",
                "account", "readwrite",
                "duration", "1800",
                "reason", "Refund <stuck>, INC-2294"));
    assertThat(filed.statusCode()).isIn(302, 303);
    String request =
        filed
            .headers()
            .firstValue("Location")
            .orElseThrow()
            .replaceFirst(".*/requests/", "")
            .replaceFirst("\\?.*", "");
    assertThat(asker.get("/requests/" + request).body())
        .contains("Waits for a decision")
        .contains("Refund &lt;stuck&gt;, INC-2294");

    // The requester cannot decide it, the owner of the project can.
    assertThat(asker.post("/", "/approvals/" + request, Map.of("decision", "approve")).body())
        .contains("/rules#own-request");
    assertThat(owner.get("/").body()).contains("/approvals/" + request);
    HttpResponse<String> approved =
        owner.post("/approvals/" + request, "/approvals/" + request, Map.of("decision", "approve"));
    assertThat(approved.headers().firstValue("Location").orElse("")).endsWith("?done=approved");

    String access = asker.get("/access").body();
    assertThat(access)
        .contains("30 min left")
        .contains("tidegate db access --resource orders-db --account readwrite --project-id shop");
    Matcher grant = Pattern.compile("/grants/(grt_[^/]+)/return").matcher(access);
    assertThat(grant.find()).isTrue();
    assertThat(owner.get("/access").body()).contains("revoke-" + grant.group(1));

    asker.post("/access", "/grants/" + grant.group(1) + "/return", Map.of());
    assertThat(asker.get("/access").body()).doesNotContain(grant.group(1));
    assertThat(asker.get("/requests/" + request).body()).contains("The grantee gave it back");
  }

  @Test
  void showsSupportNothingAndSecurityAll() {
    Browser support = new Browser().signIn("support");
    assertThat(support.get("/").body())
        .contains("No access has been granted to you")
        .doesNotContain("orders-db");
    assertThat(support.get("/audit").statusCode()).isEqualTo(403);

    Browser security = new Browser().signIn("security");
    assertThat(security.get("/resources").body()).contains("orders-db");
    assertThat(security.get("/audit").body()).contains("resource.create");
    assertThat(security.post("/audit", "/audit/verify", Map.of()).body())
        .contains("The log is whole");
    for (String path :
        new String[] {
          "/",
          "/access",
          "/approvals",
          "/sessions",
          "/gateways",
          "/people",
          "/rules",
          "/find?q=orders",
          "/requests/new",
          "/resources/new"
        }) {
      assertThat(security.get(path).statusCode()).as(path).isEqualTo(200);
      assertThat(security.get(path).body()).doesNotContain(Plane.PLANTED);
    }
  }

  @Test
  void signsOut() {
    Browser owner = new Browser().signIn("owner");
    assertThat(owner.get("/").statusCode()).isEqualTo(200);

    owner.post("/", "/logout", Map.of());
    assertThat(owner.get("/").statusCode()).isEqualTo(303);
  }

  /** One person's browser: keeps cookies, takes each form's token from the page it stands on. */
  private static final class Browser {
    private final HttpClient http =
        HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    Browser signIn(String username) {
      HttpResponse<String> in =
          post(
              "/login",
              "/login",
              Map.of("username", username, "password", plane.password(username)));
      assertThat(in.headers().firstValue("Location")).hasValue("/");
      return this;
    }

    HttpResponse<String> get(String path) {
      return send(HttpRequest.newBuilder(URI.create(plane.url() + path)).build());
    }

    HttpResponse<String> post(String from, String to, Map<String, String> fields) {
      Matcher token = TOKEN.matcher(get(from).body());
      assertThat(token.find()).as("a form on " + from).isTrue();
      // What a page loads after itself must not make its forms old.
      get("/find?q=");
      get("/assets/tide.css");
      return send(
          to,
          "_csrf="
              + encode(token.group(1))
              + fields.entrySet().stream()
                  .map(field -> "&" + field.getKey() + "=" + encode(field.getValue()))
                  .collect(Collectors.joining()));
    }

    HttpResponse<String> send(String to, String body) {
      return send(
          HttpRequest.newBuilder(URI.create(plane.url() + to))
              .header("Accept", "text/html")
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build());
    }

    private HttpResponse<String> send(HttpRequest request) {
      try {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
      } catch (IOException e) {
        throw new AssertionError(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    private static String encode(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }
}
