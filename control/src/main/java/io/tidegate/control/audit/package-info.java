/**
 * The audit trail: every mutation writes its event in its own transaction with a gap-free number,
 * and one appender carries the events in order to the tamper-evident ledger.
 */
@NullMarked
package io.tidegate.control.audit;

import org.jspecify.annotations.NullMarked;
