package io.tidegate.gateway.support;

import io.tidegate.wire.sasl.SaltedKeyCache;
import io.tidegate.wire.sasl.ScramCredential;
import io.tidegate.wire.sasl.ScramLogin;
import io.tidegate.wire.sasl.ScramMechanism;
import org.bson.BsonDocument;

/** SCRAM-SHA-256 on a raw connection. */
public final class Scram {
  private static final SaltedKeyCache KEYS = SaltedKeyCache.inMemory(100);

  private Scram() {}

  /** The server's last word. */
  public static BsonDocument signIn(RawClient client, String database, String user, String password)
      throws Exception {
    ScramLogin login =
        ScramLogin.of(
            new ScramCredential(ScramMechanism.SHA_256, user, password),
            database,
            "fyko+d2lbbFgONRv9qkxdawL",
            KEYS);
    BsonDocument reply = client.ask(login.first());
    while (true) {
      switch (login.next(reply)) {
        case ScramLogin.Send send -> reply = client.ask(send.command());
        case ScramLogin.LoggedIn in -> {
          return reply;
        }
        case ScramLogin.Failed failed -> {
          if (failed.code() == 0) {
            throw new AssertionError(failed.sentence());
          }
          return reply;
        }
      }
    }
  }
}
