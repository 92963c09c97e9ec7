/**
 * The cluster's own ports, for clients without a tunnel: a listener for each cluster that has
 * leases for them, and for no other. Decides by the client's address whether anybody of that
 * cluster may come from there, before a word is said, and ends TLS; who the client is shows later,
 * by its sign-in.
 */
@NullMarked
package io.tidegate.gateway.direct;

import org.jspecify.annotations.NullMarked;
