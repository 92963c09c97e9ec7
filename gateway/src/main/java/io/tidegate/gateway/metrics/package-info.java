/**
 * Counters of the data plane: plain adders that the event loops bump and the health report reads.
 * Nothing here allocates or logs per message.
 */
@NullMarked
package io.tidegate.gateway.metrics;

import org.jspecify.annotations.NullMarked;
