/** server. */
@NullMarked
package io.tidegate.server;

import org.jspecify.annotations.NullMarked;
