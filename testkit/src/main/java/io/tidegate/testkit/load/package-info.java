/**
 * The two ends of the bench: a stub MongoDB that answers at once, and a wire-level client with one
 * command in flight a connection. Both do as little as they can, so that what stands between them
 * is what a run measures; both can be a process of their own.
 */
@NullMarked
package io.tidegate.testkit.load;

import org.jspecify.annotations.NullMarked;
