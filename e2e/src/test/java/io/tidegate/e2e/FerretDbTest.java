package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.e2e.support.DbAccess;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.testkit.target.FerretDb;
import io.tidegate.testkit.target.TargetReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same in front of a server that is not ours: the stored password is what opens it. */
class FerretDbTest {

  private static FerretDb server;

  @BeforeAll
  static void start() throws Exception {
    server = FerretDb.start("stored", "ferret-secret");
    TargetReport.shared().ran(TargetReport.Target.FERRETDB, FerretDb.VERSION);
    try (MongoClient direct = MongoClients.create(server.uri())) {
      direct.getDatabase("shop").getCollection("orders").insertOne(new Document("_id", 1));
      direct.getDatabase("hr").getCollection("salaries").insertOne(new Document("_id", 1));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theRightStoredPasswordOpensIt(@TempDir Path folder) throws Exception {
    try (RunningTidegate tidegate =
            RunningTidegate.start(RunningTidegate.Settings.inFrontOf(folder, server.uri()));
        DbAccess access = tidegate.person("engineer").access("readonly", "1h");
        MongoClient client = MongoClients.create(access.uri())) {
      assertThat(client.getDatabase("shop").getCollection("orders").find().first())
          .isEqualTo(new Document("_id", 1));
      assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
          .isInstanceOfSatisfying(
              MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(13));
      assertThatThrownBy(
              () -> client.getDatabase("shop").getCollection("orders").insertOne(new Document()))
          .isInstanceOfSatisfying(
              MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(13));
    }
  }

  @Test
  void aWrongStoredPasswordIsSaidBeforeAnyUriIsPrinted(@TempDir Path folder) throws Exception {
    String wrong = server.uri().replace("ferret-secret", "not-the-secret");
    try (RunningTidegate tidegate =
        RunningTidegate.start(RunningTidegate.Settings.inFrontOf(folder, wrong))) {
      try (DbAccess access = tidegate.person("engineer").beginAccess("readonly", "1h")) {
        assertThat(access.awaitEnd(Duration.ofMinutes(1))).isNotZero();
        assertThat(access.isReady()).isFalse();
        assertThat(access.said()).containsIgnoringCase("password").doesNotContain("not-the-secret");
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
