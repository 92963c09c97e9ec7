/**
 * The first start: making the organization with its administrator, or the demo with its people,
 * project and resource. Uses the services of the features as any administrator would.
 */
@NullMarked
package io.tidegate.control.setup;

import org.jspecify.annotations.NullMarked;
