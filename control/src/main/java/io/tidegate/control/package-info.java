/** control. */
@NullMarked
package io.tidegate.control;

import org.jspecify.annotations.NullMarked;
