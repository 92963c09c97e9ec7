package io.tidegate.gateway.config;

/**
 * Bounds that hold for the whole gateway, whatever a lease says.
 *
 * @param halfOpenConnections connections that have not yet said who they are; more are closed at
 *     once
 * @param frameLength bytes of one message, header included (wire rule F1)
 * @param recordedBody bytes of a command's body that its recording keeps
 * @param recordRing commands between the event loops and the recorder's thread, a power of two
 * @param recordBytes bytes of messages held for the recorder's thread
 * @param bytesInFlight bytes of large messages that arrive, wait or are under way, of all sessions
 *     together
 */
public record Limits(
    int halfOpenConnections,
    int frameLength,
    int recordedBody,
    int recordRing,
    long recordBytes,
    long bytesInFlight) {

  /** Two of the largest messages, so that there is always one for somebody else. */
  private static final long LEAST = 96_000_000;

  public Limits {
    if (halfOpenConnections < 1
        || frameLength < 1024
        || recordedBody < 1024
        || recordBytes < 1
        || bytesInFlight < 1) {
      throw new IllegalArgumentException("limits must be positive");
    }
    if (Integer.bitCount(recordRing) != 1) {
      throw new IllegalArgumentException("recordRing must be a power of two, not " + recordRing);
    }
  }

  public static Limits defaults() {
    // Messages are in direct memory, of which there is as much as heap, unless somebody set it.
    long half = Runtime.getRuntime().maxMemory() / 2;
    return new Limits(
        2_000, 48_000_000, 64 * 1024, 16 * 1024, 128L * 1024 * 1024, Math.max(LEAST, half));
  }
}
