package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.Binding;
import io.tidegate.access.Lease;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.Pem;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** One person's way from a wish to a session and out again, by REST, over a gateway's link. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class StoryTest {
  private final Plane plane;

  StoryTest(Backend backend) {
    plane = Plane.shared(backend);
  }

  private static Map<String, Object> sessionBody(KeyPair keys) {
    return Map.of(
        "publicKey",
        Pem.publicKey(keys.getPublic()),
        "advertisedAddress",
        "127.0.0.1:51234",
        "clientName",
        "test");
  }

  @Test
  void anAutoFlowLeadsToASessionAtOnce() throws Exception {
    Plane.Place place = plane.autoPlace();
    FakeGateway gateway = plane.gateway();
    Rest engineer = plane.as("engineer");

    Rest.Answer request =
        engineer.post(
            "/requests",
            Map.of(
                "projectId", "shop",
                "resource", place.resource().name(),
                "account", "main",
                "duration", "PT2H",
                "reason", ""));
    assertThat(request.status()).as(request.body()).isEqualTo(201);
    assertThat(request.text("status")).isEqualTo("ACTIVE");
    assertThat(request.text("duration")).isEqualTo("PT2H");
    String grant = request.text("grantId");

    KeyPair keys = CertificateAuthority.newKeyPair(new SecureRandom());
    Rest.Answer started = engineer.post("/grants/" + grant + "/sessions", sessionBody(keys));
    assertThat(started.status()).as(started.body()).isEqualTo(201);
    String sessionId = started.text("sessionId");

    Lease lease = gateway.leases().get(sessionId);
    assertThat(lease.grantee().name()).isEqualTo("engineer");
    assertThat(((Binding.Tunnel) lease.binding()).keySha256())
        .isEqualTo(Certificates.spkiSha256(keys.getPublic()));
    assertThat(lease.expiresAt()).isEqualTo(plane.clock.instant().plus(Duration.ofHours(2)));
    assertThat(gateway.open(lease)).isEqualTo(Plane.PLANTED);
    assertThat(started.body()).doesNotContain(Plane.PLANTED);

    List<X509Certificate> chain = Pem.readCertificates(started.text("certificate"));
    assertThat(Certificates.leaseIdOf(chain.getFirst())).isEqualTo(lease.leaseId());
    chain.getFirst().verify(chain.getLast().getPublicKey());

    assertThat(engineer.get("/sessions/" + sessionId).text("status")).isEqualTo("ACTIVE");
    Rest.Answer ended = engineer.post("/sessions/" + sessionId + "/end", Map.of("reason", "done"));
    assertThat(ended.status()).isEqualTo(200);
    Plane.until(
        "the session is over",
        () -> engineer.get("/sessions/" + sessionId).text("status").equals("ENDED"));
    assertThat(gateway.leases()).doesNotContainKey(sessionId);
    assertThat(engineer.get("/sessions/" + sessionId).at("counters.commands").asInt()).isEqualTo(3);
  }
}
