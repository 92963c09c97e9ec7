/** link. */
@NullMarked
package io.tidegate.link;

import org.jspecify.annotations.NullMarked;
