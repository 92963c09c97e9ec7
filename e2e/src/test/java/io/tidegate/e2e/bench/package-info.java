/**
 * The bench: direct, HAProxy in TCP mode and Tidegate with everything on, side by side in one run
 * on one machine. Ratios are what counts.
 */
@NullMarked
package io.tidegate.e2e.bench;

import org.jspecify.annotations.NullMarked;
