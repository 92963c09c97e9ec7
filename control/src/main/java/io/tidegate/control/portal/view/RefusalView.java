package io.tidegate.control.portal.view;

/** A page that cannot be shown: why, by which rule, and what to do next. */
public record RefusalView(
    int status, String title, String detail, String next, String rule, String reference) {}
