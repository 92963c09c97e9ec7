package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Behind a proxy that is trusted, and beside one that is not. */
@NullUnmarked
class ForwardedTest {
  private static final String CLIENT = "198.51.100.7";
  private static Plane behind;
  private static Plane beside;

  @BeforeAll
  static void start() throws IOException {
    behind =
        Plane.start(
            Backend.SQLITE,
            Plane.clock(),
            Files.createTempDirectory("tidegate-plane"),
            Map.of("tidegate.control.trusted-proxies", "127.0.0.0/8"));
    beside =
        Plane.start(
            Backend.SQLITE,
            Plane.clock(),
            Files.createTempDirectory("tidegate-plane"),
            Map.of("tidegate.control.trusted-proxies", "10.0.0.0/8"));
  }

  @AfterAll
  static void stop() {
    behind.close();
    beside.close();
  }

  private static Rest.Answer signIn(Plane plane, String forwarded, String password) {
    return signIn(plane, "engineer", forwarded, password);
  }

  private static Rest.Answer signIn(Plane plane, String who, String forwarded, String password) {
    return plane
        .nobody()
        .with("X-Forwarded-For", forwarded)
        .post("/auth/token", Map.of("username", who, "password", password));
  }

  private static List<String> sources(Plane plane) {
    return plane
        .database()
        .sql()
        .sql("select source from audit_event where action = 'sign-in' and outcome = 'DONE'")
        .query(String.class)
        .list();
  }

  @Test
  void theAuditTrailSaysWhoCameThroughATrustedProxy() {
    assertThat(signIn(behind, "owner", "1.1.1.1, " + CLIENT, behind.password("owner")).status())
        .isEqualTo(200);
    assertThat(signIn(beside, "owner", "1.1.1.1, " + CLIENT, beside.password("owner")).status())
        .isEqualTo(200);

    assertThat(sources(behind)).anyMatch(source -> source.endsWith(CLIENT));
    assertThat(sources(behind)).noneMatch(source -> source.contains("1.1.1.1"));
    assertThat(sources(beside)).isNotEmpty().allMatch(source -> source.endsWith("127.0.0.1"));
  }

  @Test
  void eachClientBehindTheProxyHasItsOwnPatience() {
    exhaust(behind, _ -> "203.0.113.1");
    assertThat(signIn(behind, "203.0.113.1", behind.password("engineer")).status()).isEqualTo(429);
    assertThat(signIn(behind, "203.0.113.2", behind.password("engineer")).status()).isEqualTo(200);
  }

  /** Who is not believed cannot take a new address for each guess. */
  @Test
  void aStrangersHeaderIsNoWayAroundTheLimit() {
    exhaust(beside, i -> "203.0.113." + i);
    assertThat(signIn(beside, "203.0.113.200", beside.password("engineer")).status())
        .isEqualTo(429);
  }

  private static void exhaust(Plane plane, IntFunction<String> forwarded) {
    for (int i = 0; i < 100; i++) {
      if (signIn(plane, forwarded.apply(i), "wrong").status() == 429) {
        return;
      }
    }
    throw new AssertionError("a hundred guesses were taken");
  }

  @Test
  void whatComesByHttpsGetsCookiesForHttpsOnly() throws Exception {
    assertThat(csrfCookie(behind, "https")).contains("Secure");
    assertThat(csrfCookie(behind, "http")).doesNotContain("Secure");
    assertThat(csrfCookie(behind, "https, http")).doesNotContain("Secure");
    assertThat(csrfCookie(beside, "https")).doesNotContain("Secure");
  }

  private static String csrfCookie(Plane plane, String proto) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(plane.url() + "/login"))
                  .header("X-Forwarded-Proto", proto)
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .headers()
          .firstValue("Set-Cookie")
          .orElseThrow();
    }
  }
}
