package io.tidegate.control.portal.view;

import io.tidegate.control.portal.view.Lines.SessionLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sessions, live first. */
public record SessionsView(
    List<SessionLine> live,
    List<SessionLine> past,
    @Nullable String nextHref,
    boolean everybodys) {}
