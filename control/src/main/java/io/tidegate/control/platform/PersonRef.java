package io.tidegate.control.platform;

/** Who, in the short form that other objects carry. */
public record PersonRef(String id, String username, String displayName) {}
