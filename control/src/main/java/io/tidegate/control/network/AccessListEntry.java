package io.tidegate.control.network;

import io.tidegate.access.Cidr;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Addresses from which a project's applications are let in.
 *
 * @param id {@code ale_…}
 * @param text the range as it was written, or in its one spelling where that said more than a range
 *     is
 * @param deleteAfter when it goes by itself; null for one that stays
 */
public record AccessListEntry(
    String id,
    String projectId,
    Cidr range,
    String text,
    String comment,
    @Nullable Instant deleteAfter,
    Instant createdAt) {

  /** Whether it is one address. */
  public boolean single() {
    return range.prefix() == range.network().getAddress().length * Byte.SIZE;
  }
}
