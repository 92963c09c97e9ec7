package io.tidegate.gateway.session;

import io.tidegate.gateway.metrics.GatewayMetrics;

/** The stages that a connection's commands go through, put together where the gateway starts. */
public record Stages(
    Sessions sessions,
    SignIn.Factory signIns,
    Gate gate,
    Presentation presentation,
    Upstreams upstreams,
    Recorder recorder,
    SessionListener listener,
    GatewayMetrics metrics,
    InFlight inFlight) {}
