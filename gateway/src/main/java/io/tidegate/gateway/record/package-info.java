/**
 * What was asked, what was decided, what came of it: commands go from the event loops through a
 * bounded ring to one writer thread and into the ledger. When it cannot write, nothing is
 * forwarded.
 */
@NullMarked
package io.tidegate.gateway.record;

import org.jspecify.annotations.NullMarked;
