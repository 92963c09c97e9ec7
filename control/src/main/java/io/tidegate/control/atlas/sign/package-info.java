/**
 * How callers of the Atlas-compatible API prove who they are: API keys by HTTP digest (RFC 7616).
 */
@NullMarked
package io.tidegate.control.atlas.sign;

import org.jspecify.annotations.NullMarked;
