package io.tidegate.control.portal.view;

/** One of the values to choose from. */
public record Option(String value, String label) {}
