/** gateway. */
@NullMarked
package io.tidegate.gateway;

import org.jspecify.annotations.NullMarked;
