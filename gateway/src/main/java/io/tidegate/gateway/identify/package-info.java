/**
 * Who are you: the server side of sign-ins, with a lease's local credential in a tunnel, or as a
 * user of a cluster at its own port. Authentication commands end here and are never forwarded (wire
 * rules, section 6), and here alone it is decided whether what a client proves is what a lease asks
 * for.
 */
@NullMarked
package io.tidegate.gateway.identify;

import org.jspecify.annotations.NullMarked;
