/**
 * The way to the target: one upstream connection a client connection, signed in with the lease's
 * account, on the client's own event loop; and the clearing up of what a session left running
 * there.
 */
@NullMarked
package io.tidegate.gateway.forward;

import org.jspecify.annotations.NullMarked;
