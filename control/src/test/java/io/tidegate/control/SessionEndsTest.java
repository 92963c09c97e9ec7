package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
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

  private Plane.Place changedAccount(Plane.Place place, String description, boolean newPassword) {
    Resources resources = plane.bean(Resources.class);
    Account old = resources.account(plane.system(), place.resource().id(), place.account().id());
    Account account =
        resources.updateAccount(
            plane.system(),
            old.id(),
            old.version(),
            new Resources.AccountDraft(
                old.name(),
                description,
                null,
                newPassword ? new Secret("another password") : null,
                old.roles(),
                old.requireMfa()));
    return new Plane.Place(place.resource(), account, place.flow());
  }

  @Test
  void aChangedAccountEndsTheSessionsThatUseTheOldOne() {
    Plane.Place place = plane.autoPlace();
    Plane.Place neighbour = plane.autoPlace();
    String session = session(place);
    String other = session(neighbour);
    changedAccount(neighbour, "only described anew", false);
    changedAccount(place, "", true);
    becomes(session, "TERMINATED");
    Rest.Answer seen = plane.as("engineer").get("/sessions/" + session);
    assertThat(seen.text("endReason")).isEqualTo("REVOKED");
    assertThat(seen.text("endNote")).contains("was changed");
    plane.reconcile();
    assertThat(status(other)).isEqualTo("ACTIVE");
    // The grant is not at fault: a new session has the new credential.
    String next = session(place);
    assertThat(gateway.open(gateway.leases().get(next))).isEqualTo("another password");
    plane.reconcile();
    assertThat(status(next)).isEqualTo("ACTIVE");
  }

  @Test
  void aResourceThatPointsElsewhereEndsItsSessions() {
    Plane.Place place = plane.autoPlace();
    String session = session(place);
    String other = session(plane.autoPlace());
    plane
        .bean(Resources.class)
        .update(
            plane.system(),
            place.resource().id(),
            place.resource().version(),
            new Resources.ResourceDraft(
                place.resource().name(),
                "",
                "mongodb://elsewhere.example:27017",
                "admin",
                place.resource().tls(),
                null));
    becomes(session, "TERMINATED");
    plane.reconcile();
    assertThat(status(other)).isEqualTo("ACTIVE");
    assertThat(plane.as("security").get("/audit?limit=50").body())
        .contains("authDatabase")
        .contains("elsewhere.example");
  }

  private static AccessFlows.Draft flow(
      AccessFlow.Approval approval, List<String> requesters, Duration most) {
    return new AccessFlows.Draft(
        approval, requesters, List.of(), Duration.ofMinutes(10), most, false);
  }

  private void change(Plane.Place place, AccessFlows.Draft draft) {
    AccessFlows flows = plane.bean(AccessFlows.class);
    AccessFlow now = flows.flow(plane.system(), place.flow().id());
    flows.update(plane.system(), now.id(), now.version(), draft);
  }

  private String endReason(Plane.Place place) {
    return plane
        .database()
        .sql()
        .sql("select coalesce(end_reason, '') from access_grant where account_id = ?")
        .param(place.account().id())
        .query(String.class)
        .single();
  }

  @Test
  void grantsThatTheFlowWouldNotGiveAnyMoreEnd() {
    Plane.Place closed = plane.autoPlace();
    Plane.Place shortened = plane.autoPlace();
    Plane.Place removed = plane.autoPlace();
    Plane.Place kept = plane.autoPlace();
    String first = session(closed);
    String second = session(shortened);
    String third = session(removed);
    String other = session(kept);
    change(closed, flow(AccessFlow.Approval.AUTO, List.of("owner"), Duration.ofHours(8)));
    change(kept, flow(AccessFlow.Approval.AUTO, List.of("owner", "engineer"), Duration.ofHours(1)));
    plane.bean(AccessFlows.class).delete(plane.system(), removed.flow().id(), 1);
    becomes(first, "TERMINATED");
    becomes(third, "TERMINATED");
    assertThat(endReason(closed)).isEqualTo("POLICY_CHANGED");
    change(shortened, flow(AccessFlow.Approval.AUTO, List.of(), Duration.ofMinutes(20)));
    plane.clock.advance(Duration.ofMinutes(19));
    plane.reconcile();
    assertThat(status(second)).isEqualTo("ACTIVE");
    plane.clock.advance(Duration.ofMinutes(1));
    becomes(second, "TERMINATED");
    assertThat(endReason(shortened)).isEqualTo("POLICY_CHANGED");
    assertThat(status(other)).isEqualTo("ACTIVE");
    assertThat(endReason(kept)).isEmpty();
  }

  @Test
  void approvingLooksAtTheRulesOfTheDay() {
    Plane.Place closed = plane.approvedPlace();
    Plane.Place shortened = plane.approvedPlace();
    Plane.Place kept = plane.approvedPlace();
    String first = wish(closed);
    String second = wish(shortened);
    String third = wish(kept);
    change(closed, flow(AccessFlow.Approval.APPROVER, List.of("owner"), Duration.ofHours(1)));
    change(shortened, flow(AccessFlow.Approval.APPROVER, List.of(), Duration.ofMinutes(29)));
    Rest owner = plane.as("owner");
    assertThat(owner.post("/requests/" + first + "/approve", null).text("detail"))
        .contains("does not let engineer ask");
    assertThat(owner.post("/requests/" + second + "/approve", null).text("detail"))
        .contains("at most 29 min");
    assertThat(owner.post("/requests/" + first + "/deny", null).status()).isEqualTo(200);
    assertThat(owner.post("/requests/" + third + "/approve", null).status()).isEqualTo(200);
  }

  private String wish(Plane.Place place) {
    return plane
        .as("engineer")
        .post(
            "/requests",
            Map.of(
                "resource",
                place.resource().id(),
                "account",
                "main",
                "duration",
                "PT30M",
                "reason",
                "needed"))
        .text("id");
  }

  @Test
  void nobodyOpensADoorForThemselvesAlone() {
    Plane.Place place = plane.approvedPlace();
    AccessFlows flows = plane.bean(AccessFlows.class);
    AccessFlows.Draft open = flow(AccessFlow.Approval.AUTO, List.of(), Duration.ofHours(1));
    flows.update(plane.actor("owner"), place.flow().id(), 1, open);
    Map<String, Object> body = Map.of("resource", place.resource().id(), "account", "main");
    Rest.Answer refused = plane.as("owner").post("/requests", body);
    assertThat(refused.text("code")).isEqualTo("own-request");
    assertThat(refused.text("detail")).contains("changed the flow");
    assertThat(plane.as("engineer").post("/requests", body).status()).isEqualTo(201);
    flows.update(plane.actor("security"), place.flow().id(), 2, open);
    assertThat(plane.as("owner").post("/requests", body).status()).isEqualTo(201);
    assertThat(plane.as("security").get("/audit?limit=50").body())
        .contains("\"requesters\":\"members\"");
  }
}
