package io.tidegate.control.portal.view;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The lines that several pages show: a grant, a request, a session, each in one row. */
public final class Lines {
  private Lines() {}

  /**
   * A grant that is open.
   *
   * @param person who holds it, when that is not the reader
   * @param command what to type to use it
   * @param liveSessions how many sessions run under it now
   * @param mayRevoke whether the reader may end it, as somebody other than its holder
   */
  public record GrantLine(
      String id,
      String requestId,
      String resource,
      String account,
      String project,
      @Nullable String person,
      @Nullable String reason,
      Tide tide,
      String command,
      int liveSessions,
      boolean mine,
      boolean mayRevoke) {}

  /**
   * A request, in any state.
   *
   * @param note what it waits for or how it ended, as a sentence; empty when the state says it all
   */
  public record RequestLine(
      String id,
      String person,
      String resource,
      String account,
      String project,
      Duration duration,
      Instant askedAt,
      @Nullable String reason,
      Pill state,
      String note) {}

  /**
   * A session, live or past.
   *
   * @param endedAt null while it lives
   * @param tide the time left of its grant; null when it is over
   * @param refused how many of its commands were refused
   */
  public record SessionLine(
      String id,
      String person,
      String resource,
      String account,
      String client,
      Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable Tide tide,
      long commands,
      long refused,
      Pill state) {

    /** How long it lasted, or has lasted. */
    public String lasted(Instant now) {
      return Wording.span(Duration.between(startedAt, endedAt == null ? now : endedAt));
    }
  }
}
