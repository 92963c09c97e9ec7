/**
 * May this command run: the lease's policy, and the ownership of cursors and logical sessions on an
 * account that several people share (wire rules S1 to S5).
 */
@NullMarked
package io.tidegate.gateway.decide;

import org.jspecify.annotations.NullMarked;
