/** e2e. */
@NullMarked
package io.tidegate.e2e;

import org.jspecify.annotations.NullMarked;
