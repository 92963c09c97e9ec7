/**
 * How callers of the Atlas-compatible API prove who they are: API keys by HTTP digest (RFC 7616),
 * service accounts, and people with a device that they signed in, by bearer tokens (RFC 6750); and
 * from where programs may call.
 */
@NullMarked
package io.tidegate.control.atlas.sign;

import org.jspecify.annotations.NullMarked;
