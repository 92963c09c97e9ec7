package io.tidegate.link;

/**
 * An order to end a lease now.
 *
 * @param code stable, such as {@code revoked} or {@code ended-by-administrator}
 * @param reason the sentence that the person at the other end reads
 */
public record Revocation(String leaseId, String code, String reason) {}
