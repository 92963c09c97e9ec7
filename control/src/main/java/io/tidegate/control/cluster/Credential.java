package io.tidegate.control.cluster;

import io.tidegate.control.platform.Secret;

/** What a gateway signs in to the target with. Prints hidden. */
public record Credential(Secret username, Secret password) {}
