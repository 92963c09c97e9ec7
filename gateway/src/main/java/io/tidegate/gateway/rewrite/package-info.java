/**
 * What a client sees of the target instead of the plain truth: a synthesised hello, lists without
 * the names that a lease does not reach, and a connection status that names the person.
 */
@NullMarked
package io.tidegate.gateway.rewrite;

import org.jspecify.annotations.NullMarked;
