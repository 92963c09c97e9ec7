package io.tidegate.control.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A ledger that cannot be written stops access from being given, and never from being taken. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class LedgerOutageTest {
  private final Backend backend;

  LedgerOutageTest(Backend backend) {
    this.backend = backend;
  }

  private static String grant(Plane plane, Plane.Place place) {
    return plane
        .as("engineer")
        .post(
            "/requests",
            Map.of("resource", place.resource().id(), "account", "main", "duration", "PT1H"))
        .text("grantId");
  }

  private static String session(Plane plane, String grant) {
    return plane
        .as("engineer")
        .post(
            "/grants/" + grant + "/sessions",
            Map.of(
                "publicKey",
                Pem.publicKey(CertificateAuthority.newKeyPair(new SecureRandom()).getPublic()),
                "advertisedAddress",
                "127.0.0.1:5000"))
        .text("sessionId");
  }

  private static void becomes(Plane plane, String session, String status) {
    Plane.until(
        session + " is " + status,
        () -> plane.as("security").get("/sessions/" + session).text("status").equals(status));
  }

  /** Where the ledger's folder was is a file: nothing can be opened there. */
  private static void breakLedger(Plane plane) throws IOException {
    Path folder = plane.data.resolve("audit");
    Files.move(folder, plane.data.resolve("audit-away"));
    Files.createFile(folder);
    plane.bean(AuditLedger.class).close();
  }

  private static void mendLedger(Plane plane) throws IOException {
    Path folder = plane.data.resolve("audit");
    Files.delete(folder);
    Files.move(plane.data.resolve("audit-away"), folder);
  }

  @Test
  void accessIsTakenAndNotGivenWhileTheLedgerIsBroken() throws Exception {
    try (Plane plane = Plane.start(backend, Plane.clock())) {
      Rest security = plane.as("security");
      Rest owner = plane.as("owner");
      Plane.Place place = plane.autoPlace();
      plane.gateway();
      String revoked = grant(plane, place);
      String expiring = grant(plane, plane.autoPlace());
      String cut = session(plane, revoked);
      String ended = session(plane, grant(plane, plane.autoPlace()));
      String late = session(plane, expiring);

      breakLedger(plane);
      Plane.until(
          "nobody is given anything",
          () ->
              plane
                  .as("engineer")
                  .post("/requests", Map.of("resource", place.resource().id(), "account", "main"))
                  .text("code")
                  .equals("audit-unavailable"));
      assertThat(
              plane
                  .nobody()
                  .post(
                      "/auth/token",
                      Map.of("username", "engineer", "password", plane.password("engineer")))
                  .text("code"))
          .isEqualTo("audit-unavailable");

      assertThat(owner.post("/grants/" + revoked + "/revoke", Map.of()).status()).isEqualTo(200);
      becomes(plane, cut, "TERMINATED");
      assertThat(security.post("/sessions/" + ended + "/end", Map.of()).status()).isEqualTo(200);
      becomes(plane, ended, "TERMINATED");
      assertThat(security.get("/sessions/" + late).text("status")).isEqualTo("ACTIVE");
      plane.clock.advance(Duration.ofHours(1));
      becomes(plane, late, "TERMINATED");
      Rest.Answer disabled = security.get("/users/support");
      assertThat(
              security
                  .with("If-Match", disabled.etag())
                  .put("/users/support", Map.of("username", "support", "active", false))
                  .status())
          .isEqualTo(200);

      mendLedger(plane);
      Plane.until(
          "access is given again",
          () ->
              plane
                      .as("engineer")
                      .post(
                          "/requests", Map.of("resource", place.resource().id(), "account", "main"))
                      .status()
                  == 201);
      Rest.Answer proof = security.post("/audit/verify", null);
      assertThat(proof.at("whole").asBoolean()).as(proof.body()).isTrue();
    }
  }
}
