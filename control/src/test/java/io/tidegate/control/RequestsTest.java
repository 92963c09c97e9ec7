package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests and decisions: who may, what follows, and what happens when two do it at once. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class RequestsTest {
  private final Plane plane;

  RequestsTest(Backend backend) {
    plane = Plane.shared(backend);
  }

  private static Map<String, Object> wish(Plane.Place place, String duration, String reason) {
    Map<String, Object> body = new HashMap<>();
    body.put("projectId", "shop");
    body.put("resource", place.resource().name());
    body.put("account", "main");
    body.put("duration", duration);
    body.put("reason", reason);
    return body;
  }

  private Rest.Answer file(Plane.Place place) {
    return plane.as("engineer").post("/requests", wish(place, "PT30M", "ticket 7"));
  }

  @Test
  void anOwnerApprovesAndTheGrantStartsThen() {
    Plane.Place place = plane.approvedPlace();
    Rest.Answer request = file(place);
    assertThat(request.status()).isEqualTo(201);
    assertThat(request.text("status")).isEqualTo("PENDING_APPROVAL");
    assertThat(request.text("approvers.0.username")).isEqualTo("owner");
    assertThat(request.has("grantId")).isFalse();

    plane.clock.advance(Duration.ofMinutes(10));
    String id = request.text("id");
    Rest.Answer approved =
        plane.as("owner").post("/requests/" + id + "/approve", Map.of("reason", "go"));
    assertThat(approved.text("status")).isEqualTo("ACTIVE");
    assertThat(approved.text("decision.by.username")).isEqualTo("owner");
    assertThat(approved.text("expiresAt"))
        .isEqualTo(plane.clock.instant().plus(Duration.ofMinutes(30)).toString());
    assertThat(plane.as("engineer").get("/grants/" + approved.text("grantId")).text("status"))
        .isEqualTo("ACTIVE");
  }

  @Test
  void nobodyDecidesTheirOwnRequest() {
    Plane.Place place = plane.approvedPlace();
    Rest owner = plane.as("owner");
    Rest.Answer request = owner.post("/requests", wish(place, "PT30M", "mine"));
    assertThat(request.status()).isEqualTo(201);
    assertThat(request.at("approvers").size()).isZero();
    String path = "/requests/" + request.text("id");
    assertThat(owner.post(path + "/approve", null).text("code")).isEqualTo("own-request");
    assertThat(owner.post(path + "/deny", null).text("code")).isEqualTo("own-request");
    assertThat(owner.get(path).text("status")).isEqualTo("PENDING_APPROVAL");
    assertThat(plane.auditActions()).contains("request.approve");
    Rest.Answer trail = plane.as("security").get("/audit?limit=20");
    assertThat(trail.body()).contains("\"rule\":\"own-request\"");
  }

  @Test
  void onlyApproversDecide() {
    String path = "/requests/" + file(plane.approvedPlace()).text("id");
    assertThat(plane.as("support").post(path + "/approve", null).status()).isEqualTo(404);
    assertThat(plane.as("security").post(path + "/approve", null).text("code"))
        .isEqualTo("not-allowed");
    assertThat(plane.nobody().post(path + "/approve", null).status()).isEqualTo(401);
    assertThat(plane.as("owner").post(path + "/deny", Map.of("reason", "no")).text("status"))
        .isEqualTo("REJECTED");
    assertThat(plane.as("owner").post(path + "/approve", null).text("code"))
        .isEqualTo("state-conflict");
  }

  @Test
  void aVendorSeesNothingWithoutAFlowThatNamesThem() {
    Plane.Place place = plane.autoPlace();
    Rest support = plane.as("support");
    assertThat(support.get("/resources").at("items").size()).isZero();
    assertThat(support.get("/projects").at("items").size()).isZero();
    assertThat(support.get("/resources/" + place.resource().id()).status()).isEqualTo(404);
    assertThat(support.post("/requests", wish(place, "PT1H", "")).status()).isEqualTo(404);
    assertThat(plane.as("engineer").get("/resources/" + place.resource().id()).status())
        .isEqualTo(200);
  }

  @Test
  void theFlowBoundsWhatCanBeAskedFor() {
    Plane.Place place = plane.approvedPlace();
    Rest engineer = plane.as("engineer");
    assertThat(engineer.post("/requests", wish(place, "PT1H1S", "x")).text("code"))
        .isEqualTo("duration-out-of-bounds");
    assertThat(engineer.post("/requests", wish(place, "PT59S", "x")).text("code"))
        .isEqualTo("duration-out-of-bounds");
    assertThat(engineer.post("/requests", wish(place, "PT1H", "  ")).text("code"))
        .isEqualTo("reason-required");
    assertThat(engineer.post("/requests", wish(place, "an hour", "x")).text("code"))
        .isEqualTo("bad-input");
    Map<String, Object> dry = wish(place, "PT1H", "x");
    dry.put("dryRun", true);
    assertThat(engineer.post("/requests", dry).text("status")).isEqualTo("PENDING_APPROVAL");
    assertThat(engineer.get("/requests?mine&limit=200").body())
        .doesNotContain(place.resource().id());
    assertThat(engineer.post("/requests", wish(place, "PT1H", "x")).status()).isEqualTo(201);
  }

  @Test
  void theSameWishTwiceIsOneRequest() {
    Plane.Place place = plane.approvedPlace();
    Rest.Answer first = file(place);
    Rest.Answer second = file(place);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.text("id")).isEqualTo(first.text("id"));
    Rest.Answer other = plane.as("engineer").post("/requests", wish(place, "PT20M", "ticket 7"));
    assertThat(other.text("code")).isEqualTo("request-open");
    assertThat(other.text("detail")).contains(first.text("id"));
    plane.as("engineer").post("/requests/" + first.text("id") + "/cancel", null);
    assertThat(plane.as("engineer").post("/requests", wish(place, "PT20M", "ticket 7")).status())
        .isEqualTo(201);
  }

  @Test
  void anIdempotencyKeyMakesOneGrantOnly() {
    Plane.Place place = plane.autoPlace();
    String key = "key-" + place.resource().id();
    Rest engineer = plane.as("engineer").with("Idempotency-Key", key);
    Rest.Answer first = engineer.post("/requests", wish(place, "PT1H", "a"));
    Rest.Answer again = engineer.post("/requests", wish(place, "PT1H", "a"));
    assertThat(again.text("grantId")).isEqualTo(first.text("grantId"));
    assertThat(engineer.post("/requests", wish(place, "PT2H", "a")).text("code"))
        .isEqualTo("idempotency-mismatch");
    // Another person's key of the same name is their own.
    Rest.Answer owner =
        plane.as("owner").with("Idempotency-Key", key).post("/requests", wish(place, "PT1H", "a"));
    assertThat(owner.status()).isEqualTo(201);
    assertThat(owner.text("id")).isNotEqualTo(first.text("id"));
    assertThat(plane.as("engineer").post("/requests", wish(place, "PT1H", "a")).text("id"))
        .isNotEqualTo(first.text("id"));
  }

  @Test
  void aRefusalUnderAnIdempotencyKeyIsAuditedAndCanBeTriedAgain() {
    Plane.Place place = plane.approvedPlace();
    Rest engineer = plane.as("engineer").with("Idempotency-Key", "r-" + place.resource().id());
    assertThat(engineer.post("/requests", wish(place, "PT9H", "a")).text("code"))
        .isEqualTo("duration-out-of-bounds");
    assertThat(plane.as("security").get("/audit?limit=5").body())
        .contains("duration-out-of-bounds");
    assertThat(engineer.post("/requests", wish(place, "PT1H", "a")).status()).isEqualTo(201);
  }

  @Test
  void nobodyDecidedInTime() {
    String id = file(plane.approvedPlace()).text("id");
    plane.clock.advance(Duration.ofHours(3));
    assertThat(plane.as("engineer").get("/requests/" + id).text("status")).isEqualTo("EXPIRED");
    assertThat(plane.as("owner").post("/requests/" + id + "/approve", null).text("code"))
        .isEqualTo("state-conflict");
    plane.reconcile();
    assertThat(
            plane
                .database()
                .sql()
                .sql("select status from access_request where id = ?")
                .param(id)
                .query(String.class)
                .single())
        .isEqualTo("EXPIRED");
  }

  @Test
  void approveDenyAndCancelRaceToOneOutcome() throws Exception {
    for (int round = 0; round < 5; round++) {
      String id = file(plane.approvedPlace()).text("id");
      AccessRequests requests = plane.bean(AccessRequests.class);
      List<Callable<Object>> moves =
          List.of(
              () -> requests.approve(plane.actor("owner"), id, ""),
              () -> requests.deny(plane.actor("owner"), id, ""),
              () -> requests.cancel(plane.actor("engineer"), id, ""),
              () -> requests.approve(plane.actor("owner"), id, ""));
      int won = race(moves);
      assertThat(won).isEqualTo(1);
      long grants =
          plane
              .database()
              .sql()
              .sql("select count(*) from access_grant where request_id = ?")
              .param(id)
              .query(Long.class)
              .single();
      String status = plane.as("engineer").get("/requests/" + id).text("status");
      assertThat(grants).isEqualTo(status.equals("ACTIVE") ? 1 : 0);
    }
  }

  @Test
  void manyEqualWishesAtOnceAreOneRequest() throws Exception {
    Plane.Place place = plane.approvedPlace();
    AccessRequests requests = plane.bean(AccessRequests.class);
    AccessRequests.Draft draft =
        new AccessRequests.Draft(
            "shop", place.resource().id(), "main", Duration.ofMinutes(5), "at once");
    List<Callable<Object>> moves = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      moves.add(() -> requests.file(plane.actor("engineer"), draft));
    }
    assertThat(race(moves)).isEqualTo(8);
    assertThat(
            plane
                .database()
                .sql()
                .sql("select count(*) from access_request where account_id = ?")
                .param(place.account().id())
                .query(Long.class)
                .single())
        .isEqualTo(1);
  }

  /** Runs all at once; how many were not refused. */
  private static int race(List<Callable<Object>> moves) throws Exception {
    CyclicBarrier start = new CyclicBarrier(moves.size());
    int won = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (Callable<Object> move : moves) {
        results.add(
            threads.submit(() -> {
              start.await();
              try {
                move.call();
                return true;
              } catch (Refused e) {
                return false;
              }
            }));
      }
      for (Future<Boolean> result : results) {
        won += result.get() ? 1 : 0;
      }
    }
    return won;
  }

  @Test
  void waitingAnswersWhenSomebodyDecides() throws Exception {
    String id = file(plane.approvedPlace()).text("id");
    Rest engineer = plane.as("engineer");
    Rest owner = plane.as("owner");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Rest.Answer> waiting =
          threads.submit(() -> engineer.get("/requests/" + id + "?waitSeconds=30"));
      owner.post("/requests/" + id + "/approve", null);
      assertThat(waiting.get().text("status")).isEqualTo("ACTIVE");
    }
    assertThat(engineer.get("/requests/" + id + "?waitSeconds=61").text("code"))
        .isEqualTo("bad-input");
  }

  @Test
  void listsArePagedWithoutGapsOrRepeats() {
    for (int i = 0; i < 5; i++) {
      file(plane.approvedPlace());
    }
    Rest engineer = plane.as("engineer");
    List<String> whole = new ArrayList<>();
    engineer
        .get("/requests?mine&limit=200")
        .at("items")
        .forEach(r -> whole.add(r.path("id").asString()));
    List<String> paged = new ArrayList<>();
    String cursor = "";
    do {
      Rest.Answer page = engineer.get("/requests?mine&limit=2" + cursor);
      assertThat(page.status()).isEqualTo(200);
      page.at("items").forEach(r -> paged.add(r.path("id").asString()));
      cursor = page.has("nextCursor") ? "&cursor=" + page.text("nextCursor") : "";
    } while (!cursor.isEmpty() && paged.size() < whole.size());
    assertThat(paged).isEqualTo(whole.subList(0, paged.size())).hasSizeGreaterThanOrEqualTo(5);
    assertThat(engineer.get("/requests?limit=0").text("code")).isEqualTo("bad-input");
    assertThat(engineer.get("/requests?cursor=%25%25").text("code")).isEqualTo("bad-input");
    assertThat(engineer.get("/requests?status=NOPE").text("code")).isEqualTo("bad-input");
  }

  @Test
  void grantsAreGivenBackAndRevoked() {
    Plane.Place place = plane.autoPlace();
    Rest engineer = plane.as("engineer");
    String mine = engineer.post("/requests", wish(place, "PT1H", "")).text("grantId");
    String other = engineer.post("/requests", wish(place, "PT1H", "")).text("grantId");
    assertThat(engineer.post("/grants/" + mine + "/revoke", null).text("endReason"))
        .isEqualTo("RETURNED");
    assertThat(plane.as("support").post("/grants/" + other + "/revoke", null).status())
        .isEqualTo(404);
    assertThat(engineer.get("/grants/" + other).text("status")).isEqualTo("ACTIVE");
    assertThat(plane.as("owner").post("/grants/" + other + "/revoke", null).text("endReason"))
        .isEqualTo("REVOKED_APPROVER");
    assertThat(plane.as("security").post("/grants/" + other + "/revoke", null).text("code"))
        .isEqualTo("state-conflict");
  }
}
