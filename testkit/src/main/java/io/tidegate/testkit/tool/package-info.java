/**
 * Programs that tests run beside Tidegate: clients of other languages, HAProxy, a browser. What is
 * missing is installed into a cache outside the tree, or by the system's package manager, and said
 * aloud; what cannot be installed fails with the one line that would help.
 */
@NullMarked
package io.tidegate.testkit.tool;

import org.jspecify.annotations.NullMarked;
