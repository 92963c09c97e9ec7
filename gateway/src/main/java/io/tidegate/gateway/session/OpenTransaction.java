package io.tidegate.gateway.session;

/**
 * A transaction at the target.
 *
 * @param session the logical session that it belongs to
 * @param number its {@code txnNumber} there
 */
public record OpenTransaction(LogicalSessions.Id session, long number) {}
