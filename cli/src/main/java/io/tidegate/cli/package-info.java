/**
 * The {@code tidegate} command line: {@link io.tidegate.cli.TidegateCli} reads the arguments, the
 * commands stand in {@code command}, what they ask of the control plane in {@code remote}, the
 * local end of a database session in {@code proxy}, and how things are said in {@code text}.
 * Whatever goes wrong ends as a {@link io.tidegate.cli.Failure}: one sentence, a next step, and an
 * {@link io.tidegate.cli.ExitCode}.
 */
@NullMarked
package io.tidegate.cli;

import org.jspecify.annotations.NullMarked;
