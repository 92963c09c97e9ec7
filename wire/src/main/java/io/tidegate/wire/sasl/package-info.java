/**
 * SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677) as MongoDB speaks them, for both sides, as
 * pure state machines: nonces come from the caller, nothing is sent or received here. Every type
 * that holds a secret prints {@code <hidden>} in its place.
 */
@NullMarked
package io.tidegate.wire.sasl;

import org.jspecify.annotations.NullMarked;
