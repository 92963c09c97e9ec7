package io.tidegate.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.testkit.load.LoadGenerator.Target;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import io.tidegate.testkit.scram.ScramLogin;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadTest {

  private StubMongo stub;
  private LoadGenerator load;

  @BeforeEach
  void start() throws InterruptedException {
    stub = new StubMongo(0, 1, "bench", "bench-secret");
    load = new LoadGenerator(1);
  }

  @AfterEach
  void stop() {
    load.close();
    stub.close();
  }

  private static ScramLogin.Password password(String password) {
    return new ScramLogin.Password(Mechanism.SCRAM_SHA_256, "bench", password);
  }

  @Test
  void aRealDriverSignsInAtTheStub() {
    try (MongoClient client =
        MongoClients.create("mongodb://bench:bench-secret@127.0.0.1:" + stub.port() + "/")) {
      assertThat(client.getDatabase("shop").getCollection("orders").find().first())
          .containsEntry("number", "O-000042");
    }
  }

  @Test
  void saturatingAndPacedRunsCountWhatWasAnswered() throws Exception {
    var shortly = Duration.ofMillis(200);
    LoadGenerator.Result saturated =
        load.saturate(Target.plain(stub.port()), 8, shortly, shortly, LoadGenerator.find("shop"));
    assertThat(saturated.errors()).isZero();
    assertThat(saturated.operations()).isPositive().isEqualTo(saturated.latencies().count());

    LoadGenerator.Result paced =
        load.pace(
            Target.plain(stub.port()),
            4,
            shortly,
            Duration.ofSeconds(1),
            LoadGenerator.find("shop"),
            400);
    assertThat(paced.operations()).isBetween(1L, 410L);
  }

  @Test
  void loginsAreCheckedByTheStub() throws Exception {
    var shortly = Duration.ofMillis(300);
    LoadGenerator.Result right =
        load.connectAndSignIn(
            Target.scram(stub.port(), password("bench-secret")),
            2,
            shortly,
            LoadGenerator.find("shop"));
    assertThat(right.errors()).isZero();
    assertThat(right.operations()).isPositive();

    assertThatThrownBy(() ->
            load.idle(Target.scram(stub.port(), password("wrong")), 1, LoadGenerator.find("shop")))
        .hasRootCauseMessage(
            "the login was refused: {\"ok\": 0.0, \"code\": 18, \"codeName\":"
                + " \"AuthenticationFailed\", \"errmsg\": \"Authentication failed.\"}");
  }

  @Test
  void idleConnectionsStayOpen() throws Exception {
    try (var idle = load.idle(Target.plain(stub.port()), 50, LoadGenerator.find("shop"))) {
      assertThat(idle.open()).isEqualTo(50);
    }
  }

  @Test
  void liveConnectionsTellWhenTheyWereCut() throws Exception {
    try (var live =
        load.live(
            Target.plain(stub.port()), 20, LoadGenerator.find("shop"), Duration.ofMillis(5))) {
      while (live.served() < 20) {
        Thread.onSpinWait();
      }
      assertThat(live.open()).isEqualTo(20);
      long cut = System.nanoTime();
      stub.close();

      assertThat(live.awaitAllClosed(Duration.ofSeconds(10))).isTrue();
      assertThat(live.closedAt()).hasSize(20).allSatisfy(at -> assertThat(at).isGreaterThan(cut));
      assertThat(live.lastOkAt()).isLessThanOrEqualTo(live.closedAt().getLast());
    }
  }

  @Test
  void theHistogramIsWithinOnePercent() {
    var histogram = new LatencyHistogram();
    for (int i = 1; i <= 100_000; i++) {
      histogram.record(i * 1_000L);
    }
    assertThat((double) histogram.quantile(0.5)).isBetween(49.9e6, 50.6e6);
    assertThat((double) histogram.quantile(0.99)).isBetween(98.9e6, 100e6);
    assertThat(histogram.max()).isEqualTo(100_000_000);
    assertThat(histogram.count()).isEqualTo(100_000);
  }
}
