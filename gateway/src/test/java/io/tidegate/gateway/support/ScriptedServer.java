package io.tidegate.gateway.support;

import io.tidegate.testkit.scram.ScramConversation;
import io.tidegate.testkit.scram.ScramCredential;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import io.tidegate.testkit.script.ScriptedTarget;
import io.tidegate.testkit.script.ScriptedTarget.Frame;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * A scripted target that lets {@code svc} sign in and answers everything else as a test says; for
 * what the sandbox cannot do, such as transactions.
 */
public final class ScriptedServer implements AutoCloseable {
  private static final BsonDocument HELLO =
      BsonDocument.parse(
          "{ismaster: true, isWritablePrimary: true, helloOk: true, minWireVersion: 0,"
              + " maxWireVersion: 21, maxBsonObjectSize: 16777216, maxMessageSizeBytes: 48000000,"
              + " maxWriteBatchSize: 100000, logicalSessionTimeoutMinutes: 30, ok: 1.0}");

  private final ScramCredential credential =
      ScramCredential.derive(Mechanism.SCRAM_SHA_256, "svc", GatewayFixture.PASSWORD, new byte[28]);
  private final Answers answers;
  private final ScriptedTarget target;
  private final AtomicInteger open = new AtomicInteger();

  /** What it says to a command; null to keep silent. May block: it is that connection's thread. */
  @FunctionalInterface
  public interface Answers {
    @Nullable BsonDocument to(Frame request) throws InterruptedException;
  }

  public ScriptedServer(Answers answers) throws IOException {
    this.answers = answers;
    target = ScriptedTarget.start(this::serve);
  }

  public static BsonDocument ok() {
    return new BsonDocument("ok", new BsonDouble(1));
  }

  public String address() {
    return "127.0.0.1:" + target.port();
  }

  /** The commands of that name so far. */
  public List<BsonDocument> received(String command) {
    return target.received().stream()
        .filter(frame -> frame.opCode() == 2013 && frame.command().equals(command))
        .map(Frame::body)
        .toList();
  }

  /** Connections that are signed in or about to. */
  public int openConnections() {
    return open.get();
  }

  private void serve(ScriptedTarget.Peer peer) throws IOException, InterruptedException {
    open.incrementAndGet();
    try {
      converse(peer);
    } finally {
      open.decrementAndGet();
    }
  }

  private void converse(ScriptedTarget.Peer peer) throws IOException, InterruptedException {
    ScramConversation conversation =
        new ScramConversation(
            Mechanism.SCRAM_SHA_256,
            user -> user.equals("svc") ? credential : null,
            "server-nonce-" + peer.number(),
            true);
    while (true) {
      Frame request = peer.receive();
      BsonDocument body = request.body();
      BsonDocument reply =
          switch (request.command()) {
            case "hello", "isMaster", "ismaster" ->
                body.containsKey("saslSupportedMechs")
                    ? HELLO
                        .clone()
                        .append(
                            "saslSupportedMechs",
                            new BsonArray(List.of(new BsonString("SCRAM-SHA-256"))))
                    : HELLO;
            case "saslStart", "saslContinue" -> {
              byte[] answer = conversation.advance(body.getBinary("payload").getData());
              yield ok().append("conversationId", new BsonInt32(1))
                  .append("done", BsonBoolean.valueOf(conversation.provenUser() != null))
                  .append("payload", new BsonBinary(answer));
            }
            default -> answers.to(request);
          };
      if (reply != null) {
        peer.reply(request, reply);
      }
    }
  }

  @Override
  public void close() {
    target.close();
  }
}
