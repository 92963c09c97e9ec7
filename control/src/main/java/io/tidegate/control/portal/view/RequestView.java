package io.tidegate.control.portal.view;

import io.tidegate.control.portal.view.Lines.GrantLine;
import io.tidegate.control.portal.view.Lines.RequestLine;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request: for its requester, what became of it; for an approver, what there is to decide.
 *
 * @param why why the reader may decide it, as a sentence; null when the reader may not
 * @param whyNot why the reader may not decide it although it waits; null when that goes unsaid
 * @param grant what came of it, while that is open
 * @param approvers who may decide, when it waits
 * @param past the last of the kind: same resource and account
 * @param shorter lengths below the asked one, to approve for less; empty when not offered
 */
public record RequestView(
    RequestLine request,
    boolean mine,
    String title,
    List<ResourceView.Fact> facts,
    List<Event> events,
    @Nullable String why,
    @Nullable String whyNot,
    @Nullable GrantLine grant,
    List<String> approvers,
    List<RequestLine> past,
    List<Option> shorter,
    boolean waits,
    boolean mayCancel) {

  /** Something that happened to it. */
  public record Event(Instant at, String text, Tone tone, @Nullable String said) {}
}
