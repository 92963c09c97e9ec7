/**
 * The local end of a database session. {@link io.tidegate.cli.proxy.LocalProxy} listens on loopback
 * and carries each connection over one of its own to the gateway, with mutual TLS under a key that
 * is made for the session and only ever in memory; {@link io.tidegate.cli.proxy.Presence} tells the
 * gateway that somebody is there, and hears from it when the session ends.
 */
@NullMarked
package io.tidegate.cli.proxy;

import org.jspecify.annotations.NullMarked;
