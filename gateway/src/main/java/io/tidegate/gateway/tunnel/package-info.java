/**
 * The tunnel listener: mutual TLS, where the client's certificate names the lease. Turns a finished
 * handshake into a bound {@link io.tidegate.gateway.session.Session}, or refuses it, and keeps the
 * presence connections on which a session's holder hears how its session goes.
 */
@NullMarked
package io.tidegate.gateway.tunnel;

import org.jspecify.annotations.NullMarked;
