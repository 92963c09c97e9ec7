/**
 * Gateways: how one joins, which are connected, and the control plane's end of the link to them.
 */
@NullMarked
package io.tidegate.control.gateways;

import org.jspecify.annotations.NullMarked;
