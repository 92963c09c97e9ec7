package io.tidegate.control.portal.view;

/** A state in one word, with the colour of its meaning. */
public record Pill(String word, Tone tone) {}
