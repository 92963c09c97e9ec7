package io.tidegate.ledger;

/**
 * How far a ledger may be read: up to {@code position} in {@code segment}, where {@code nextIndex}
 * will be written.
 */
record Extent(long segment, long position, long nextIndex) {}
