/**
 * The event loops and the kind of sockets that this machine serves best, for everything that opens
 * a connection: listeners, upstream connections, target watchers.
 */
@NullMarked
package io.tidegate.gateway.transport;

import org.jspecify.annotations.NullMarked;
