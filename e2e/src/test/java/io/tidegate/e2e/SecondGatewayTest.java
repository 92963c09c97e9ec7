package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.e2e.support.Eventually;
import io.tidegate.e2e.support.GatewayProcess;
import io.tidegate.e2e.support.Person;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.e2e.support.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway in a process of its own joins by a token that is good once. */
class SecondGatewayTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  @Test
  void itJoinsOnceAndComesBackWithoutTheToken(@TempDir Path folder) throws Exception {
    try (Target target = Target.standalone();
        RunningTidegate tidegate =
            RunningTidegate.start(
                RunningTidegate.Settings.inFrontOf(folder.resolve("data"), target.uri()))) {
      Person security = tidegate.person("security");
      String token =
          security
              .rest()
              .post("/gateways/tokens", new Document("name", "second"))
              .good()
              .getString("token");

      Path data = folder.resolve("second");
      try (GatewayProcess gateway = GatewayProcess.join(tidegate, token, data, "second")) {
        Eventually.yes(LIMIT, gateway::log, () -> connected(security).contains("second"));
      }
      Eventually.yes(LIMIT, () -> "gone", () -> !connected(security).contains("second"));

      try (GatewayProcess again = GatewayProcess.again(tidegate, data, "second")) {
        Eventually.yes(LIMIT, again::log, () -> connected(security).contains("second"));
      }
      try (GatewayProcess thief =
          GatewayProcess.join(tidegate, token, folder.resolve("thief"), "thief")) {
        assertThat(thief.awaitEnd(LIMIT)).as("a token is good once").isNotZero();
        assertThat(thief.log()).doesNotContain(token);
        assertThat(connected(security)).doesNotContain("thief");
      }
    }
  }

  /** A copy of a gateway's folder is worth nothing once the gateway has joined again. */
  @Test
  void anOldKeyIsCutAndARetiredGatewayStops(@TempDir Path folder) throws Exception {
    try (Target target = Target.standalone();
        RunningTidegate tidegate =
            RunningTidegate.start(
                RunningTidegate.Settings.inFrontOf(folder.resolve("data"), target.uri()))) {
      Person security = tidegate.person("security");
      Path stolen = folder.resolve("stolen");
      try (GatewayProcess old = GatewayProcess.join(tidegate, token(security), stolen, "second")) {
        Eventually.yes(LIMIT, old::log, () -> connected(security).contains("second"));
        try (GatewayProcess fresh =
            GatewayProcess.join(tidegate, token(security), folder.resolve("fresh"), "second")) {
          assertThat(old.awaitEnd(LIMIT)).isEqualTo(3);
          assertThat(old.log()).contains("a gateway joined again under its name");
          Eventually.yes(LIMIT, fresh::log, () -> connected(security).contains("second"));
          try (GatewayProcess thief = GatewayProcess.again(tidegate, stolen, "second")) {
            assertThat(thief.awaitEnd(LIMIT)).isEqualTo(3);
          }
          assertThat(connected(security)).contains("second", "embedded");

          security.rest().post("/gateways/second/retire", new Document("reason", "sold")).good();

          assertThat(fresh.awaitEnd(LIMIT)).isEqualTo(3);
          assertThat(fresh.log()).contains("was retired");
          assertThat(connected(security)).containsExactly("embedded");
        }
      }
    }
  }

  private static String token(Person security) throws Exception {
    return security
        .rest()
        .post("/gateways/tokens", new Document("name", "second"))
        .good()
        .getString("token");
  }

  private static List<String> connected(Person security) throws Exception {
    return security.rest().items("/gateways").stream()
        .filter(gateway -> gateway.getString("status").equals("ONLINE"))
        .map(gateway -> gateway.getString("name"))
        .toList();
  }
}
