package io.tidegate.gateway.session;

import io.tidegate.access.Rewrite;
import io.tidegate.wire.Command;
import io.tidegate.wire.HelloRequest;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The contract of the stage that rewrites: what a client sees instead of the target's own words.
 */
public interface Presentation {
  /**
   * The answer to a hello, made up from what the target's watcher knows.
   *
   * @param session the client's, or null while it is not known
   * @param advertised host and port that the client can dial
   * @param mechanisms by which any client may sign in, null where none is to
   * @param speculated the answer to a sign-in inside the hello, null for none
   */
  BsonDocument hello(
      HelloRequest request,
      @Nullable Session session,
      String advertised,
      @Nullable List<String> mechanisms,
      @Nullable BsonDocument speculated,
      String connection);

  /** A session that the client may be of, only to describe its target; or null. */
  @Nullable Session guess(HelloRequest request, Arrival arrival);

  /** Carries out what access demands so that a command shows less. */
  Verdict.PassChanged narrow(Session session, Command command, List<Rewrite> rewrites);
}
