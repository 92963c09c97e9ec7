package io.tidegate.control.session;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sessions: starting, watching, reading and ending them. */
public interface Sessions {

  /**
   * What a client brings to start a session.
   *
   * @param publicKeyPem the client's key: an EC P-256 public key or a PKCS #10 request, in PEM
   * @param advertisedAddress host:port of the client's own listener, as drivers shall see it
   * @param localAuth what the gateway's direct listener checks the client's SCRAM against
   */
  record Draft(
      String publicKeyPem,
      String advertisedAddress,
      @Nullable LocalAuth localAuth,
      String clientName) {}

  /** A SCRAM-SHA-256 verifier made by the client; base64. Prints hidden. */
  record LocalAuth(String salt, int iterations, String storedKey, String serverKey) {
    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  /**
   * What a client needs to reach its session.
   *
   * @param gatewayServerName the name that the gateway's certificate is verified for
   */
  record Started(
      Session session,
      String certificateChainPem,
      String caPem,
      String gatewayHost,
      int gatewayPort,
      String gatewayServerName,
      Instant expiresAt) {}

  /**
   * Starts a session under a live grant of the actor's: pushes the lease and waits for the gateway.
   *
   * @throws io.tidegate.control.platform.Refused grant-ended, gateway-offline, gateway-refused,
   *     gateway-timeout, session-limit
   */
  Started start(Actor actor, String grantId, Draft draft);

  /**
   * Sessions, newest first: the actor's own and those of the projects that the actor administers.
   *
   * @param live true for live ones, false for past ones, null for both
   */
  Page<Session> list(Actor actor, @Nullable Boolean live, Page.Ask ask);

  Session session(Actor actor, String sessionId);

  /** Ends it. Its user, an owner of the project and an administrator may. Returns at once. */
  Session end(Actor actor, String sessionId, String reason);

  boolean mayEnd(Actor actor, Session session);

  /**
   * A page of its recording, oldest first.
   *
   * @param after 0 for the start, or {@link CommandPage#last} of the page before
   */
  CommandPage commands(Actor actor, String sessionId, long after, int limit);

  /**
   * @param last where this page ends in the recording: what to send as {@code after} for the next
   * @param more whether more is recorded already
   */
  record CommandPage(List<RecordedCommand> items, long last, boolean more) {
    public CommandPage {
      items = List.copyOf(items);
    }
  }

  /** What a follower is told, in order. */
  sealed interface Update {
    record Commands(List<RecordedCommand> items, long last) implements Update {}

    /** The session's state or counters are new. */
    record Changed(Session session) implements Update {}

    /** Nothing happened for a while; keeps the connection open. */
    record Quiet() implements Update {}
  }

  /**
   * Follows a session, on the calling thread, until it has ended, the sink throws, or the time is
   * up. Reports first what it is now.
   */
  void follow(Actor actor, String sessionId, long after, Duration atMost, Consumer<Update> sink);
}
