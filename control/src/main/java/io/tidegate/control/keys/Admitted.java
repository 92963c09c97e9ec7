package io.tidegate.control.keys;

import io.tidegate.access.Cidr;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One range of addresses that a program may call from.
 *
 * @param uses how many calls came from it
 * @param lastUsedAt null when none did
 */
public record Admitted(
    Cidr range,
    Instant createdAt,
    long uses,
    @Nullable Instant lastUsedAt,
    @Nullable String lastUsedAddress) {}
