/**
 * The commands, one class each. They ask, through {@code remote}, and say, through {@link
 * io.tidegate.cli.Terminal}; what two of them share stands in {@link
 * io.tidegate.cli.command.RemoteCommand}.
 */
@NullMarked
package io.tidegate.cli.command;

import org.jspecify.annotations.NullMarked;
