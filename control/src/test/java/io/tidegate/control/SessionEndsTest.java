package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import java.security.SecureRandom;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What has ended stays ended, and what its rules no longer allow ends. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class SessionEndsTest {
  private final Plane plane;
  private final FakeGateway gateway;

  SessionEndsTest(Backend backend) {
    plane = Plane.shared(backend);
    gateway = plane.gateway();
  }

  private String session(Plane.Place place) {
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
                "127.0.0.1:5000"))
        .text("sessionId");
  }

  private String status(String session) {
    return plane.as("security").get("/sessions/" + session).text("status");
  }

  private void becomes(String session, String status) {
    Plane.until("session is " + status, () -> status(session).equals(status));
  }

  /** As after a long time without the link: the lease was desired, and then its end was heard. */
  @Test
  void aGatewayThatSaysASessionEndedIsToldToDropItsLease() {
    String session = session(plane.autoPlace());
    String other = session(plane.autoPlace());
    String lease = gateway.leases().get(session).leaseId();
    gateway.report(
        new SessionEvent.Ended(
            plane.clock.instant(), session, lease, "left", "The user left.", 5, 0, 1, 2, 3));
    becomes(session, "ENDED");
    Plane.until("the lease is dropped", () -> !gateway.leases().containsKey(session));
    assertThat(gateway.leases()).containsKey(other);
    assertThat(status(other)).isEqualTo("ACTIVE");
  }

  /** A lease is its session's: an end that names another one's takes nothing from that. */
  @Test
  void anEndNamesNoLeaseButItsOwn() {
    String session = session(plane.autoPlace());
    String other = session(plane.autoPlace());
    String others = gateway.leases().get(other).leaseId();
    gateway.report(
        new SessionEvent.Ended(
            plane.clock.instant(), session, others, "left", "The user left.", 5, 0, 1, 2, 3));
    becomes(session, "ENDED");
    Plane.until("the session's own lease goes", () -> !gateway.leases().containsKey(session));
    assertThat(gateway.leases()).containsKey(other);
    assertThat(
            plane
                .database()
                .sql()
                .sql("select status from lease where session_id = ?")
                .param(other)
                .query(String.class)
                .single())
        .isEqualTo("HELD");
  }
}
