/**
 * What Tidegate is tested against, and what its demo runs on: a sandbox MongoDB with real
 * authentication, launchers of independent servers, scripted and stub servers, a load generator,
 * and a clock that tests set.
 */
@NullMarked
package io.tidegate.testkit;

import org.jspecify.annotations.NullMarked;
