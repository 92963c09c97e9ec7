package io.tidegate.wire;

import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * What a client says in a hello.
 *
 * @param legacy whether it was asked as isMaster, and so is answered with {@code ismaster}
 * @param client the client's description of itself, at most 512 bytes; null when it sent none
 * @param saslSupportedMechs the {@code database.user} whose mechanisms are asked for; null for none
 * @param speculativeAuthenticate a sign-in that is hidden in the greeting; null for none
 * @param helloOk whether the client knows the name hello
 * @param awaitable whether {@code topologyVersion} and {@code maxAwaitTimeMS} both stand in it
 * @param halfAwaitable whether only one of the two stands in it, which is an error
 * @param internalClient whether it poses as another server, which no client of ours is
 */
public record HelloRequest(
    boolean legacy,
    @Nullable BsonDocument client,
    @Nullable String saslSupportedMechs,
    @Nullable BsonDocument speculativeAuthenticate,
    boolean helloOk,
    boolean awaitable,
    boolean halfAwaitable,
    boolean internalClient) {

  /** From a command for which {@link Hello#isHello(Command)} holds. */
  public static HelloRequest of(Command command) {
    if (!Hello.isHello(command)) {
      throw new IllegalArgumentException(command.name() + " is no hello");
    }
    BsonDocument client = null;
    String mechanisms = null;
    BsonDocument speculative = null;
    boolean helloOk = false;
    boolean topologyVersion = false;
    boolean maxAwait = false;
    boolean internal = false;
    BsonCursor cursor = command.body().cursor();
    while (cursor.next()) {
      switch (cursor.name()) {
        case "client" -> client = document(cursor);
        case "saslSupportedMechs" -> mechanisms = cursor.isString() ? cursor.string() : null;
        case "speculativeAuthenticate" -> speculative = document(cursor);
        case "helloOk" -> helloOk = cursor.isTruthy();
        case "topologyVersion" -> topologyVersion = true;
        case "maxAwaitTimeMS" -> maxAwait = true;
        case "internalClient" -> internal = true;
        default -> {
          // Drivers say more with the years; what is not known here changes nothing.
        }
      }
    }
    return new HelloRequest(
        !command.isNamed("hello"),
        client,
        mechanisms,
        speculative,
        helloOk,
        topologyVersion && maxAwait,
        topologyVersion != maxAwait,
        internal);
  }

  /** From a query; null when it isn't a hello. */
  public static @Nullable HelloRequest of(OpQuery query) {
    return query.kind() == OpQuery.Kind.HELLO ? of(query.command()) : null;
  }

  private static @Nullable BsonDocument document(BsonElement element) {
    return element.isDocument() ? element.document().toBsonDocument() : null;
  }

  @Override
  public String toString() {
    // A speculative sign-in holds a proof of a secret.
    return "HelloRequest[client="
        + client
        + ", speculativeAuthenticate="
        + (speculativeAuthenticate == null ? "none" : "<hidden>")
        + "]";
  }
}
