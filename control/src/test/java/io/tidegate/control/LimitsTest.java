package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What strangers can send is small, and so is what is remembered of it. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class LimitsTest {
  private final Plane plane;

  LimitsTest(Backend backend) {
    plane = Plane.shared(backend);
  }

  private static Map<String, Object> signIn(int length) {
    return Map.of("username", "owner", "password", "x".repeat(length));
  }

  @Test
  void strangersSendLittle() {
    assertThat(plane.nobody().post("/auth/token", signIn(60_000)).text("code"))
        .isEqualTo("bad-credentials");
    Rest.Answer refused = plane.nobody().post("/auth/token", signIn(70_000));
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.text("code")).isEqualTo("body-too-large");
    Map<String, Object> large = Map.of("resource", "x", "account", "y".repeat(70_000));
    assertThat(plane.as("engineer").post("/requests", large).status()).isNotEqualTo(413);
    Map<String, Object> huge = Map.of("resource", "x", "account", "y".repeat(1_100_000));
    assertThat(plane.as("engineer").post("/requests", huge).status()).isEqualTo(413);
  }

  @Test
  void aBodyThatDoesNotSayItsLengthIsCounted() throws Exception {
    byte[] body =
        ("{\"username\":\"owner\",\"password\":\"" + "x".repeat(200_000) + "\"}")
            .getBytes(StandardCharsets.UTF_8);
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(plane.url() + "/api/v1/auth/token"))
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofInputStream(
                          () -> new ByteArrayInputStream(body)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(answer.body()).contains("body-too-large");
    }
  }

  @Test
  void namesThatNobodyHasAreNotRemembered() {
    String name = "n".repeat(65);
    for (int i = 0; i < 12; i++) {
      Rest.Answer answer =
          plane.nobody().post("/auth/token", Map.of("username", name, "password", "some password"));
      assertThat(answer.text("code")).isEqualTo("bad-credentials");
    }
  }
}
