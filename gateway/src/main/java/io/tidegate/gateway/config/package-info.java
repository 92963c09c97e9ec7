/** What an operator may set of a gateway, as records that are checked once, at start. */
@NullMarked
package io.tidegate.gateway.config;

import org.jspecify.annotations.NullMarked;
