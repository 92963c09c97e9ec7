package io.tidegate.control.application;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that was issued to a database user. Its key was told once and is not kept.
 *
 * @param subject its distinguished name, RFC 2253
 * @param revokedAt when it was revoked; null for one that is good until it ends
 */
public record UserCertificate(
    long id,
    String projectId,
    String username,
    String subject,
    String serial,
    Instant createdAt,
    Instant notAfter,
    @Nullable Instant revokedAt) {}
