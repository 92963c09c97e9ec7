package io.tidegate.control.session;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One command of a session as its gateway recorded it.
 *
 * @param sequence the command's number in its session, from 1; a follower that gets the same number
 *     again replaces what it showed, because the reply is known now
 * @param database the database it ran in
 * @param collection null for commands on a database
 * @param rule the rule that refused it; null when it was allowed
 * @param sentence the refusal in words; null when it was allowed
 * @param body the command as relaxed extended JSON
 * @param outcome null while the reply is not known
 */
public record RecordedCommand(
    long sequence,
    Instant at,
    String connection,
    String command,
    String database,
    @Nullable String collection,
    Decision decision,
    @Nullable String rule,
    @Nullable String sentence,
    String body,
    boolean bodyTruncated,
    long requestBytes,
    @Nullable Outcome outcome) {

  /** What the gateway did with it. */
  public enum Decision {
    /** Allowed, and sent to the target. */
    FORWARDED,
    /** Allowed, and answered by the gateway itself. */
    ANSWERED,
    /** Answered with an error by the gateway. */
    REFUSED,
    /** Refused, and the client had asked for no reply. */
    DROPPED;

    public boolean allowed() {
      return switch (this) {
        case FORWARDED, ANSWERED -> true;
        case REFUSED, DROPPED -> false;
      };
    }
  }

  /**
   * The reply in short.
   *
   * @param summary such as {@code ok, 20 documents} or {@code error 13 Unauthorized}
   */
  public record Outcome(boolean ok, int code, String summary, long durationMicros, long bytes) {}
}
