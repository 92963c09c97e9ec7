/**
 * What the tests of the control plane stand on: the whole plane on either database with a clock
 * that stands still, people to act as, and a gateway that only speaks the link.
 */
@NullUnmarked
package io.tidegate.control.testing;

import org.jspecify.annotations.NullUnmarked;
