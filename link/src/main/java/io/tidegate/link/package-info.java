/**
 * The conversation between gateways and the control plane. A gateway implements {@link
 * io.tidegate.link.GatewayEndpoint} and keeps a {@link io.tidegate.link.LinkClient}, which dials
 * out, says who it is by its certificate, and comes back after every loss; the control plane
 * implements {@link io.tidegate.link.ControlEndpoint} behind a {@link io.tidegate.link.LinkServer}.
 * Both run over mutual TLS between machines and over gRPC's in-process transport inside one, with
 * the same code above. What either side must be able to answer is a value ({@link
 * io.tidegate.link.LeaseOutcome}, {@link io.tidegate.link.EnrolmentOutcome}); exceptions are for
 * faults. The generated messages stay inside this package.
 */
@NullMarked
package io.tidegate.link;

import org.jspecify.annotations.NullMarked;
