/**
 * The control plane: who may get what, for how long, and the proof of it. One package a feature;
 * {@code platform} below all of them, {@code api} and {@code portal} above. Each feature shows the
 * others a service interface and records; its store stays inside.
 */
@NullMarked
package io.tidegate.control;

import org.jspecify.annotations.NullMarked;
