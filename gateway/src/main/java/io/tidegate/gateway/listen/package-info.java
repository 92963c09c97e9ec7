/**
 * The first room: sockets. Binds the listeners, bounds the connections that have not yet said who
 * they are, and knows nothing of MongoDB.
 */
@NullMarked
package io.tidegate.gateway.listen;

import org.jspecify.annotations.NullMarked;
