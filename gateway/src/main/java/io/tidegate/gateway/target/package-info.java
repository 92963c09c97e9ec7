/**
 * The databases behind the gateway: one watcher a target knows its topology, so that a client's
 * monitor costs no upstream connection, and where the primary is.
 */
@NullMarked
package io.tidegate.gateway.target;

import org.jspecify.annotations.NullMarked;
