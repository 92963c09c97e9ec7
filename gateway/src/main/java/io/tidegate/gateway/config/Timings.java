package io.tidegate.gateway.config;

import java.time.Duration;

/**
 * Deadlines and periods.
 *
 * @param handshake for a new connection to say who it is
 * @param connect for a new upstream connection to be open and signed in
 * @param presenceGrace how long a session lives without presence and without connections
 * @param tombstone how long an ended session still answers with the reason of its end
 * @param tick how often expiry and idleness are looked at; bounds how late a cut can be
 * @param poll how often a target is asked how it is
 * @param health how often the control plane hears how the gateway is
 * @param writeGrace how long a write that is at the target when its lease expires may take to be
 *     answered
 * @param clearUp how long clearing up behind a session may take once it is signed in
 * @param parting how long a gateway that stops waits for the clearing up
 */
public record Timings(
    Duration handshake,
    Duration connect,
    Duration presenceGrace,
    Duration tombstone,
    Duration tick,
    Duration poll,
    Duration health,
    Duration writeGrace,
    Duration clearUp,
    Duration parting) {

  public static Timings defaults() {
    return new Timings(
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofMinutes(5),
        Duration.ofMillis(25),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(2));
  }
}
