package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import io.tidegate.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two control planes on one PostgreSQL, with one set of keys. Neither looks by itself for an hour,
 * so what one does after the other it was told.
 */
@NullUnmarked
class ReplicasTest {
  private static final SettableClock CLOCK = Plane.clock();
  private static Plane one;
  private static Plane two;
  private static FakeGateway atTwo;

  @BeforeAll
  static void start() throws IOException {
    Map<String, Object> settings = new HashMap<>(Plane.database(Backend.POSTGRESQL));
    settings.put("tidegate.control.reconcile-every", "1h");
    Path first = Files.createTempDirectory("tidegate-one");
    one = Plane.start(Backend.POSTGRESQL, CLOCK, first, settings);
    Path second = Files.createTempDirectory("tidegate-two");
    copy(first, second);
    two = Plane.start(Backend.POSTGRESQL, CLOCK, second, settings);
    atTwo = FakeGateway.join(two, "at-two");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copied = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else if (!file.endsWith("lock")) {
          Files.copy(file, copied);
        }
      }
    }
  }

  @AfterAll
  static void stop() {
    atTwo.close();
    two.close();
    one.close();
  }

  private static Map<String, Object> request(Plane.Place place) {
    return Map.of(
        "resource", place.resource().id(), "account", "main", "duration", "PT30M", "reason", "why");
  }

  private static String session(String grant) {
    return two.as("engineer")
        .post(
            "/grants/" + grant + "/sessions",
            Map.of(
                "publicKey",
                Pem.publicKey(CertificateAuthority.newKeyPair(new SecureRandom()).getPublic()),
                "advertisedAddress",
                "127.0.0.1:5000"))
        .text("sessionId");
  }

  @Test
  void whatIsRevokedAtOneEndsAtAGatewayOfTheOther() {
    Plane.Place place = one.autoPlace("at-two");
    String grant = one.as("engineer").post("/requests", request(place)).text("grantId");
    String other =
        one.as("engineer").post("/requests", request(one.autoPlace("at-two"))).text("grantId");
    String session = session(grant);
    String neighbour = session(other);
    assertThat(atTwo.leases()).containsKeys(session, neighbour);

    assertThat(
            one.as("security")
                .post("/grants/" + grant + "/revoke", Map.of("reason", "over"))
                .status())
        .isEqualTo(200);

    Plane.until("its gateway dropped the lease", () -> !atTwo.leases().containsKey(session));
    assertThat(atTwo.leases()).containsKey(neighbour);
    Plane.until(
        "both know",
        () -> one.as("security").get("/sessions/" + session).text("status").equals("TERMINATED"));
  }

  @Test
  void whoWaitsAtOneIsToldWhenTheOtherDecides() throws Exception {
    Plane.Place place = one.approvedPlace();
    Rest engineer = one.as("engineer");
    String request = engineer.post("/requests", request(place)).text("id");
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Rest.Answer> waiting =
          thread.submit(() -> engineer.get("/requests/" + request + "?waitSeconds=25"));
      assertThat(
              two.as("owner")
                  .post("/requests/" + request + "/approve", Map.of("reason", "yes"))
                  .status())
          .isEqualTo(200);

      assertThat(waiting.get(10, TimeUnit.SECONDS).text("status")).isEqualTo("ACTIVE");
    }
  }

  @Test
  void aGatewayThatIsRetiredAtOneIsCutAtTheOther() {
    FakeGateway gateway = FakeGateway.join(two, "short-lived");
    one.as("security").post("/gateways/short-lived/retire", Map.of());
    Plane.until("it is dismissed", () -> gateway.dismissals().contains("gateway-retired"));
    assertThat(atTwo.connected()).isTrue();
    gateway.close();
  }
}
