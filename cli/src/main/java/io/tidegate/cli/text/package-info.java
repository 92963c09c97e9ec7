/**
 * How the command line says things: durations and times as people write them, tables, and a little
 * emphasis where the terminal can show it.
 */
@NullMarked
package io.tidegate.cli.text;

import org.jspecify.annotations.NullMarked;
