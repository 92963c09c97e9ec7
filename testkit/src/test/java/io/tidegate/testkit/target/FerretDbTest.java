package io.tidegate.testkit.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClients;
import org.bson.Document;
import org.junit.jupiter.api.Test;

class FerretDbTest {

  @Test
  void itServesTheRightPasswordAndRefusesAWrongOne() throws Exception {
    try (FerretDb server = FerretDb.start("ann", "ann-secret")) {
      TargetReport.shared().ran(TargetReport.Target.FERRETDB, FerretDb.VERSION);
      try (var client = MongoClients.create(server.uri())) {
        var orders = client.getDatabase("shop").getCollection("orders");
        orders.insertOne(new Document("_id", 1));
        assertThat(orders.countDocuments()).isEqualTo(1);
      }
      try (var client = MongoClients.create(server.uri().replace("ann-secret", "wrong"))) {
        assertThatThrownBy(() -> client.getDatabase("shop").getCollection("orders").find().first())
            .isInstanceOf(MongoSecurityException.class);
      }
    }
  }
}
