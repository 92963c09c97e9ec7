package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.control.identity.DeviceLogins;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.session.Sessions;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rights that end while they are used, and accounts that nobody takes over in passing. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class RightsTest {
  private static final String PASSWORD = "long enough for all";
  private final Plane plane;

  RightsTest(Backend backend) {
    plane = Plane.shared(backend);
    plane.gateway();
  }

  private Rest.Answer person(String prefix, String role) {
    String name = prefix + "-" + Long.toString(System.nanoTime(), 36);
    return plane
        .as("security")
        .post(
            "/users",
            Map.of(
                "username",
                name,
                "password",
                PASSWORD,
                "roles",
                List.of(Map.of("role", role, "projectId", plane.demo.project().id()))));
  }

  private Rest.Answer signIn(String name, String password) {
    return plane.nobody().post("/auth/token", Map.of("username", name, "password", password));
  }

  private String session() {
    Plane.Place place = plane.autoPlace();
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

  private Future<Rest.Answer> follows(ExecutorService threads, Rest who, String session) {
    return threads.submit(() -> who.get("/sessions/" + session + "/events"));
  }

  @Test
  void aLiveViewEndsWithTheRightToIt() throws Exception {
    String session = session();
    Rest.Answer demoted = person("demoted", "GROUP_OWNER");
    Rest.Answer signedOut = person("signed-out", "GROUP_OWNER");
    Rest first =
        new Rest(plane.url(), signIn(demoted.text("username"), PASSWORD).text("accessToken"));
    Rest second =
        new Rest(plane.url(), signIn(signedOut.text("username"), PASSWORD).text("accessToken"));
    Rest security = plane.as("security");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Rest.Answer> one = follows(threads, first, session);
      Future<Rest.Answer> two = follows(threads, second, session);
      Future<Rest.Answer> other = follows(threads, plane.as("owner"), session);
      security
          .with("If-Match", demoted.etag())
          .put(
              "/users/" + demoted.text("username"),
              Map.of("username", demoted.text("username"), "roles", List.of()));
      second.post("/auth/logout", null);
      assertThat(one.get(20, TimeUnit.SECONDS).body()).doesNotContain("TERMINATED");
      assertThat(two.get(20, TimeUnit.SECONDS).body()).doesNotContain("TERMINATED");
      assertThat(security.get("/sessions/" + session).text("status")).isEqualTo("ACTIVE");
      assertThat(other.isDone()).isFalse();
      security.post("/sessions/" + session + "/end", null);
      assertThat(other.get(20, TimeUnit.SECONDS).body()).contains("TERMINATED");
    }
  }

  @Test
  void nobodyTakesAllLiveViews() throws Exception {
    String session = session();
    Sessions sessions = plane.bean(Sessions.class);
    CountDownLatch open = new CountDownLatch(8);
    plane.as("owner");
    plane.as("engineer");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> views = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        AtomicBoolean first = new AtomicBoolean(true);
        views.add(
            threads.submit(() ->
                sessions.follow(
                    plane.actor("owner"),
                    session,
                    0,
                    Duration.ofMinutes(1),
                    _ -> {
                      if (first.getAndSet(false)) {
                        open.countDown();
                      }
                    })));
      }
      assertThat(open.await(20, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() ->
              sessions.follow(plane.actor("owner"), session, 0, Duration.ofMillis(10), _ -> {}))
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> assertThat(refused.code().code()).isEqualTo("too-many-views"));
      Rest.Answer told = plane.as("owner").get("/sessions/" + session + "/events");
      assertThat(told.text("code")).isEqualTo("too-many-views");
      sessions.follow(plane.actor("engineer"), session, 0, Duration.ofMillis(10), _ -> {});
      plane.as("security").post("/sessions/" + session + "/end", null);
      for (Future<?> view : views) {
        view.get(20, TimeUnit.SECONDS);
      }
    }
    // Closed ones do not count.
    sessions.follow(plane.actor("owner"), session, 0, Duration.ofMillis(10), _ -> {});
  }

  @Test
  void onesOwnPasswordIsChangedByWhoKnowsIt() {
    Rest.Answer person = person("careless", "GROUP_READ_ONLY");
    String name = person.text("username");
    Rest they = new Rest(plane.url(), signIn(name, PASSWORD).text("accessToken"));
    String path = "/users/" + name + "/password";
    Map<String, Object> change = Map.of("password", "a new long password");
    assertThat(they.put(path, change).text("code")).isEqualTo("bad-credentials");
    assertThat(
            they.put(
                    path,
                    Map.of("password", "a new long password", "currentPassword", "not this one"))
                .text("code"))
        .isEqualTo("bad-credentials");
    assertThat(they.get("/me").status()).isEqualTo(200);

    // A device that was let in and has not come back yet belongs to the old password.
    Rest.Answer device = plane.nobody().post("/auth/device", Map.of("clientName", "laptop"));
    plane.bean(DeviceLogins.class).approve(plane.actor(name), device.text("user_code"));
    assertThat(
            they.put(path, Map.of("password", "a new long password", "currentPassword", PASSWORD))
                .status())
        .isEqualTo(204);
    assertThat(
            plane
                .nobody()
                .post("/auth/device/token", Map.of("deviceCode", device.text("device_code")))
                .text("code"))
        .isEqualTo("access_denied");
    assertThat(they.get("/me").status()).isEqualTo(401);
    assertThat(signIn(name, "a new long password").status()).isEqualTo(200);
    assertThat(plane.as("security").put(path, Map.of("password", PASSWORD)).status())
        .isEqualTo(204);
    assertThat(signIn(name, PASSWORD).status()).isEqualTo(200);
  }

  @Test
  void theLastAdministratorStaysOne() {
    Rest security = plane.as("security");
    Rest.Answer me = security.get("/users/security");
    assertThat(
            security
                .with("If-Match", me.etag())
                .put("/users/security", Map.of("username", "security", "roles", List.of()))
                .text("code"))
        .isEqualTo("not-allowed");
    assertThat(security.get("/users").status()).isEqualTo(200);
  }

  @Test
  void madeUpDeviceCodesDoNotWaitForTheWriter() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> writer =
          threads.submit(() ->
              plane
                  .database()
                  .inTransaction(() -> {
                    held.countDown();
                    try {
                      release.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
      try {
        held.await();
        Future<Rest.Answer> poll =
            threads.submit(
                () -> plane.nobody().post("/auth/device/token", Map.of("deviceCode", "made up")));
        assertThat(poll.get(15, TimeUnit.SECONDS).text("code")).isEqualTo("expired_token");
      } finally {
        release.countDown();
      }
      writer.get();
    }
    Rest nobody = plane.nobody();
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 130; i++) {
      answers.add(nobody.post("/auth/device/token", Map.of("deviceCode", "code " + i)).status());
    }
    assertThat(answers).contains(400).endsWith(429);
    plane.clock.advance(Duration.ofMinutes(1));
  }
}
