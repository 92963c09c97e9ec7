package io.tidegate.gateway.forward;

import java.util.Locale;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway says to a target first: its own client document, by which the target's logs and
 * operations show the session; never the client's (wire rules, section 2).
 */
final class HandshakeDocument {
  /** Specification of the handshake: the whole document has at most 512 bytes. */
  private static final int MOST_NAME = 128;

  private HandshakeDocument() {}

  /**
   * @param application shown as {@code appName} in the target's logs and in currentOp
   * @param user {@code database.user} whose mechanisms are asked for; null to ask for none
   * @param speculative the first message of a sign-in, null for none
   */
  static BsonDocument of(
      String application, @Nullable String user, @Nullable BsonDocument speculative) {
    BsonDocument client =
        new BsonDocument(
                "application",
                new BsonDocument(
                    "name",
                    new BsonString(
                        application.substring(0, Math.min(MOST_NAME, application.length())))))
            .append(
                "driver",
                new BsonDocument("name", new BsonString("tidegate"))
                    .append("version", new BsonString("1")))
            .append(
                "os",
                new BsonDocument(
                    "type",
                    new BsonString(
                        System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT))));
    BsonDocument hello =
        new BsonDocument("isMaster", new BsonInt32(1))
            .append("helloOk", BsonBoolean.TRUE)
            .append("client", client)
            .append("$db", new BsonString("admin"));
    if (user != null) {
      hello.append("saslSupportedMechs", new BsonString(user));
    }
    if (speculative != null) {
      hello.append("speculativeAuthenticate", speculative);
    }
    return hello;
  }
}
