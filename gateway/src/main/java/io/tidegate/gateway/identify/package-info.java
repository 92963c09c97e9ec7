/**
 * Who are you, for clients that speak SCRAM: the server side of the sign-in with a lease's local
 * credential. Authentication commands end here and are never forwarded (wire rules, section 6).
 */
@NullMarked
package io.tidegate.gateway.identify;

import org.jspecify.annotations.NullMarked;
