/** The organization and its projects, the unit of delegated administration. */
@NullMarked
package io.tidegate.control.org;

import org.jspecify.annotations.NullMarked;
