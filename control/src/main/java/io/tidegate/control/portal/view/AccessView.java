package io.tidegate.control.portal.view;

import io.tidegate.control.portal.view.Lines.GrantLine;
import io.tidegate.control.portal.view.Lines.RequestLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the reader holds, waits for and had; for those who may see it, what others hold. */
public record AccessView(
    List<GrantLine> open,
    List<RequestLine> waiting,
    List<RequestLine> past,
    @Nullable List<GrantLine> others,
    @Nullable String nextHref) {}
