/** cli. */
@NullMarked
package io.tidegate.cli;

import org.jspecify.annotations.NullMarked;
