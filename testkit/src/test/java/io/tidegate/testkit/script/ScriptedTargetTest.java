package io.tidegate.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClients;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;

class ScriptedTargetTest {

  private static final BsonDocument HELLO =
      BsonDocument.parse(
          "{ismaster: true, isWritablePrimary: true, helloOk: true, minWireVersion: 0,"
              + " maxWireVersion: 21, maxBsonObjectSize: 16777216, maxMessageSizeBytes: 48000000,"
              + " maxWriteBatchSize: 100000, logicalSessionTimeoutMinutes: 30, ok: 1.0}");

  @Test
  void aRealDriverTakesTheScriptForAServer() throws Exception {
    ScriptedTarget.Script script =
        peer -> {
          while (true) {
            ScriptedTarget.Frame request = peer.receive();
            switch (request.command()) {
              case "hello", "isMaster", "ismaster" -> peer.reply(request, HELLO);
              case "whatever" ->
                  peer.reply(
                      request,
                      BsonDocument.parse(
                          "{ok: 0.0, code: 4711, codeName: 'Odd', errmsg: 'as scripted'}"));
              default -> peer.reply(request, BsonDocument.parse("{ok: 1.0}"));
            }
          }
        };
    try (ScriptedTarget target = ScriptedTarget.start(script);
        var client = MongoClients.create("mongodb://127.0.0.1:" + target.port() + "/")) {
      client.getDatabase("shop").runCommand(new Document("ping", 1));
      assertThatThrownBy(() -> client.getDatabase("shop").runCommand(new Document("whatever", 1)))
          .isInstanceOfSatisfying(
              MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(4711));

      assertThat(target.received())
          .anySatisfy(frame -> assertThat(frame.command()).isEqualTo("whatever"));
      assertThat(target.connections()).isPositive();
      assertThat(target.failures()).isEmpty();
    }
  }
}
