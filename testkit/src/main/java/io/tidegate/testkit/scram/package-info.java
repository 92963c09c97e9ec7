/**
 * SCRAM-SHA-1 and SCRAM-SHA-256, both sides, as MongoDB speaks them. Written a second time here and
 * not taken from the library under test: two independent readings of RFC 5802 that agree prove more
 * than one that agrees with itself.
 */
@NullMarked
package io.tidegate.testkit.scram;

import org.jspecify.annotations.NullMarked;
