/** How database users reach gateways. */
@NullMarked
package io.tidegate.control.application;

import org.jspecify.annotations.NullMarked;
