/** Independent MongoDB servers to run the same tests against, and the table that says which ran. */
@NullMarked
package io.tidegate.testkit.target;

import org.jspecify.annotations.NullMarked;
