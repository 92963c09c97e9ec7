package io.tidegate.wire;

import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a hello that a proxy looks at. None of them is for forwarding.
 *
 * @param name the command as the client wrote it
 * @param client the client's metadata, for the audit log
 * @param saslSupportedMechs the {@code database.user} whose mechanisms are asked for
 * @param speculativeAuthenticate an authentication command that hides in the hello
 * @param topologyVersion what the client has seen; comes with {@code maxAwaitTimeMillis} or not at
 *     all
 * @param maxAwaitTimeMillis how long the client would wait for a change
 * @param helloOk whether the client asks if it may say hello
 * @param loadBalanced whether the client believes in a load balancer
 * @param internalClient whether the sender poses as a server: suspicious
 * @param compression the compressors that the client offers
 */
public record HelloRequest(
    String name,
    @Nullable BsonDocument client,
    @Nullable String saslSupportedMechs,
    @Nullable BsonDocument speculativeAuthenticate,
    @Nullable BsonDocument topologyVersion,
    @Nullable Long maxAwaitTimeMillis,
    boolean helloOk,
    boolean loadBalanced,
    boolean internalClient,
    List<String> compression)
    implements Hello {
  /** Keeps a copy of the list. */
  public HelloRequest {
    compression = List.copyOf(compression);
  }

  /** Whether the answer speaks of {@code ismaster} instead of {@code isWritablePrimary}. */
  public boolean legacyName() {
    return !name.equalsIgnoreCase("hello");
  }

  /** Whether the client would wait for a change; it is answered at once all the same. */
  public boolean awaitable() {
    return topologyVersion != null;
  }

  /** The metadata and the authentication inside are the client's own: neither is printed. */
  @Override
  public String toString() {
    return "HelloRequest[" + name + (speculativeAuthenticate == null ? "" : ", <hidden>") + "]";
  }
}
