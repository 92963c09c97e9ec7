package io.tidegate.control.portal.view;

import io.tidegate.control.portal.view.Lines.GrantLine;
import io.tidegate.control.portal.view.Lines.RequestLine;
import io.tidegate.control.portal.view.Lines.SessionLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Home: what can I reach now, what waits for me, what is live.
 *
 * @param mine the reader's own requests that are not decided yet
 * @param decides what the reader may decide now; null when the reader decides nothing at all
 * @param again what the reader asked for before, to be asked for again in one press
 * @param first what to show somebody who never had access: how to get it; null for all others
 * @param vendor whether the reader is a vendor's staff, who sees nothing without a grant
 */
public record HomeView(
    String greeting,
    String summary,
    List<GrantLine> reach,
    List<RequestLine> mine,
    @Nullable List<RequestLine> decides,
    List<SessionLine> live,
    List<Again> again,
    @Nullable First first,
    boolean vendor) {

  /** Something to ask for again. */
  public record Again(
      String resource,
      String account,
      String project,
      String note,
      boolean atOnce,
      long seconds,
      String words,
      String href) {}

  /** The first steps of a newcomer. */
  public record First(String loginCommand, @Nullable String accessCommand) {}
}
