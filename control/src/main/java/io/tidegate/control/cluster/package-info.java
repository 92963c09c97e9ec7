/**
 * The databases that sessions go to (resources), the identities inside them (accounts), the sealed
 * secrets of those, and the roles that a project made for itself.
 */
@NullMarked
package io.tidegate.control.cluster;

import org.jspecify.annotations.NullMarked;
