/**
 * The gateway's end of the link to the control plane: enrolment, leases in, revocations in, session
 * events, health and recordings out. Keeps enforcing while the control plane is away.
 */
@NullMarked
package io.tidegate.gateway.link;

import org.jspecify.annotations.NullMarked;
