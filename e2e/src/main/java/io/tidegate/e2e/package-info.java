/**
 * Whole-system tests and the bench: a really started Tidegate, the real command line, MongoDB's own
 * clients. All of it is test code; this package marks the module.
 */
@NullMarked
package io.tidegate.e2e;

import org.jspecify.annotations.NullMarked;
