package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.GatewayEnrolment.Outcome;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How gateways get in, and what is known of them. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class GatewaysTest {
  private final Plane plane;

  GatewaysTest(Backend backend) {
    plane = Plane.shared(backend);
  }

  private String token(String name) {
    Rest.Answer made = plane.as("security").post("/gateways/tokens", Map.of("name", name));
    assertThat(made.status()).isEqualTo(201);
    return made.text("token");
  }

  @Test
  void aTokenLetsInOnce() {
    String token = token("once");
    assertThat(FakeGateway.join(plane, "once", token)).isInstanceOf(Outcome.Joined.class);
    assertThat(FakeGateway.join(plane, "once", token))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, refused -> assertThat(refused.code()).isEqualTo("token-used"));
  }

  @Test
  void aTokenIsGoodForAnHour() {
    String token = token("late");
    plane.clock.advance(Duration.ofHours(1));
    assertThat(FakeGateway.join(plane, "late", token))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo("token-expired"));
  }

  @Test
  void onlyAdministratorsMakeTokens() {
    for (String who : java.util.List.of("engineer", "owner", "support")) {
      assertThat(plane.as(who).post("/gateways/tokens", Map.of("name", "x")).text("code"))
          .isEqualTo("not-allowed");
    }
  }

  @Test
  void comingAndGoingIsSeen() {
    FakeGateway gateway = FakeGateway.join(plane, "second");
    Rest security = plane.as("security");
    assertThat(status(security, "second")).isEqualTo("ONLINE");
    gateway.close();
    Plane.until("it is offline", () -> status(security, "second").equals("OFFLINE"));
    gateway.connect();
    Plane.until("it is back", () -> status(security, "second").equals("ONLINE"));
    gateway.close();
    // One that has to join again under its name stays the same gateway.
    FakeGateway again = FakeGateway.join(plane, "second");
    assertThat(again.id()).isEqualTo(gateway.id());
    again.close();
    assertThat(plane.bean(Gateways.class)).isNotNull();
  }

  private static String status(Rest security, String name) {
    for (var gateway : security.get("/gateways?limit=200").at("items")) {
      if (gateway.path("name").asString().equals(name)) {
        return gateway.path("status").asString();
      }
    }
    return "";
  }
}
