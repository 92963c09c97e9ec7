/**
 * How callers of the Atlas-compatible API prove who they are: API keys by HTTP digest (RFC 7616),
 * service accounts by bearer tokens (RFC 6750); and from where these may call.
 */
@NullMarked
package io.tidegate.control.atlas.sign;

import org.jspecify.annotations.NullMarked;
