package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.e2e.support.DbAccess;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.testkit.target.MongodTarget;
import java.nio.file.Path;
import java.util.Optional;
import org.bson.Document;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same in front of a real mongod, where there is one. */
class MongodTest {

  @Test
  void readsWhatTheLeaseNamesAndNothingElse(@TempDir Path folder) throws Exception {
    Optional<MongodTarget> found = MongodTarget.find();
    Assumptions.assumeTrue(found.isPresent(), "no mongod: see the table of targets");
    try (MongodTarget mongod = found.orElseThrow()) {
      String uri = mongod.uri();
      if (!uri.contains("@")) {
        try (MongoClient first = MongoClients.create(uri)) {
          first
              .getDatabase("admin")
              .runCommand(Document.parse("{createUser: 'stored', pwd: 'secret', roles: ['root']}"));
        }
        uri = uri.replace("mongodb://", "mongodb://stored:secret@") + "&authSource=admin";
      }
      try (RunningTidegate tidegate =
              RunningTidegate.start(RunningTidegate.Settings.inFrontOf(folder, uri));
          DbAccess access = tidegate.person("engineer").access("readonly", "1h");
          MongoClient client = MongoClients.create(access.uri())) {
        assertThat(client.getDatabase("shop").getCollection("orders").countDocuments())
            .isNotNegative();
        assertThatThrownBy(() -> client.getDatabase("hr").getCollection("salaries").find().first())
            .isInstanceOfSatisfying(
                MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(13));
      }
    }
  }
}
