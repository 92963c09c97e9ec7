/**
 * The databases that sessions go to (resources), the identities inside them (accounts) and the
 * sealed secrets of those.
 */
@NullMarked
package io.tidegate.control.cluster;

import org.jspecify.annotations.NullMarked;
