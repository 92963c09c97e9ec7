package io.tidegate.control.portal.view;

import io.tidegate.control.portal.view.Lines.SessionLine;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session with what it did.
 *
 * @param shown which of its commands the list holds: all, refused, failed
 * @param unavailable why the recording cannot be read now; null when it can
 * @param following whether more commands may come, and the page should listen for them
 * @param liveHref where it listens; null when it does not
 */
public record SessionView(
    SessionLine session,
    List<ResourceView.Fact> facts,
    String summary,
    Timeline timeline,
    List<Command> commands,
    String shown,
    @Nullable Detail selected,
    @Nullable String olderHref,
    @Nullable String unavailable,
    @Nullable String endWords,
    boolean mayEnd,
    boolean following,
    @Nullable String liveHref) {

  /** A command in one row. */
  public record Command(
      String href,
      long index,
      Instant at,
      String verb,
      String what,
      Tone tone,
      String outcome,
      boolean current) {

    /** The class of the dot; its word stands in the outcome. */
    public String dot() {
      return switch (tone) {
        case NO -> "d";
        case WAIT -> "w";
        case OPEN, LIVE -> "";
        case QUIET -> "q";
      };
    }
  }

  /** One command in full. */
  public record Detail(
      long index,
      String verb,
      Instant at,
      List<ResourceView.Fact> facts,
      String decision,
      Tone tone,
      @Nullable String rule,
      @Nullable String next,
      List<TypedText> body,
      @Nullable String bodyNote) {}

  /** The commands over time: one bar an equal slice of the session. */
  public record Timeline(
      List<Bar> bars, @Nullable Instant from, @Nullable Instant to, String description) {}

  /**
   * A bar, in a drawing 64 high and ten units wide a bar.
   *
   * @param height of the whole bar, 2 to 60
   * @param refusedHeight of its red part, at the foot
   */
  public record Bar(int x, int height, int refusedHeight, int failedHeight, String words) {}
}
