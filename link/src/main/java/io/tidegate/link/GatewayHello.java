package io.tidegate.link;

import io.tidegate.link.trust.PublicSealingKey;

/**
 * A gateway's first words to the control plane. Who it is stands in its certificate, not here.
 *
 * @param name the gateway's own name for itself, as its operator gave it
 * @param tunnelHost where people's tunnels reach it
 * @param sealingKey what its secrets are sealed to from now on
 */
public record GatewayHello(
    String name, String version, String tunnelHost, int tunnelPort, PublicSealingKey sealingKey) {}
