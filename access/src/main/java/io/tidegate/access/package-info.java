/**
 * Who may do what until when, as pure functions: what a command touches ({@link
 * io.tidegate.access.Footprint}), what a person was lent ({@link io.tidegate.access.Lease},
 * signed), and whether the one is inside the other ({@link io.tidegate.access.Policy}). Nothing
 * here reads a clock, a file or a socket; whoever calls hands in the instant. What is not
 * understood is not allowed.
 */
@NullMarked
package io.tidegate.access;

import org.jspecify.annotations.NullMarked;
