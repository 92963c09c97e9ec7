/**
 * The data plane: MongoDB clients in, targets out, and between them the stages of the way of one
 * command, each a package: {@code listen}, {@code tunnel} or {@code direct}, {@code session},
 * {@code identify}, {@code decide}, {@code rewrite}, {@code forward}, {@code record}. This package
 * puts them together and is what the server process and the command line start.
 */
@NullMarked
package io.tidegate.gateway;

import org.jspecify.annotations.NullMarked;
