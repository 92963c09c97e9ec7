/**
 * What the two planes trust each other by: Tidegate's own certificate authority, the certificates
 * it issues to the control plane, to gateways and to the holders of leases, the one-time token that
 * lets a gateway in for the first time, and secrets sealed to one gateway's key.
 */
@NullMarked
package io.tidegate.link.trust;

import org.jspecify.annotations.NullMarked;
