/**
 * One process of everything, and nothing but the wiring of it: boots the control plane, starts a
 * gateway over the in-process transport of the link, and for the demo a sandbox MongoDB behind it.
 * {@code tidegate start} and {@code tidegate gateway} begin here.
 */
@NullMarked
package io.tidegate.server;

import org.jspecify.annotations.NullMarked;
