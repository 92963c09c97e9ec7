package io.tidegate.control.org;

import java.time.Instant;

/**
 * A project: resources, flows and people of one team.
 *
 * @param id 24 hexadecimal digits
 * @param name the slug that commands use, unique in the organization
 */
public record Project(
    String id,
    String organizationId,
    String name,
    String displayName,
    long version,
    Instant createdAt) {}
