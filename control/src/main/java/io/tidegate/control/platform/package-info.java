/**
 * What every feature stands on: the clock, identifiers, pages, refusals, the data folder, the
 * database with its transactions, and the fan-out that tells waiting readers that something
 * changed.
 */
@NullMarked
package io.tidegate.control.platform;

import org.jspecify.annotations.NullMarked;
