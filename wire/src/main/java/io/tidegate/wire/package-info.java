/** wire. */
@NullMarked
package io.tidegate.wire;

import org.jspecify.annotations.NullMarked;
