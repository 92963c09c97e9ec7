/**
 * What every stage shares: the live session of one lease, the state machine of one client
 * connection, and the contracts (identify, decide, rewrite, forward, record) that the stages
 * fulfil. A stage depends on this package, on wire and on access; never on another stage.
 */
@NullMarked
package io.tidegate.gateway.session;

import org.jspecify.annotations.NullMarked;
