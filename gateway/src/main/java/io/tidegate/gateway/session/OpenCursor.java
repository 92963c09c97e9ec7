package io.tidegate.gateway.session;

/** A cursor that is open at the target, and what it reads. */
public record OpenCursor(long id, String database, String collection) {}
