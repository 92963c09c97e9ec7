/**
 * From a grant to the signed lease that a gateway believes; pushed, acknowledged and revoked over
 * the link.
 */
@NullMarked
package io.tidegate.control.lease;

import org.jspecify.annotations.NullMarked;
