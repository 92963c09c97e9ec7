package io.tidegate.link;

import java.time.Instant;

/** Something that happened in a session at a gateway, told to the control plane in order. */
public sealed interface SessionEvent {
  Instant at();

  String sessionId();

  /** The holder of the lease came: the session is active. */
  record Started(Instant at, String sessionId, String leaseId, String clientAddress)
      implements SessionEvent {}

  /**
   * A client opened a connection.
   *
   * @param application as the client named itself in its hello, empty if it did not
   * @param driver name and version, empty if unknown
   * @param platform empty if unknown
   */
  record ConnectionOpened(
      Instant at,
      String sessionId,
      String connectionId,
      String clientAddress,
      String application,
      String driver,
      String platform)
      implements SessionEvent {}

  /** A client's connection ended; counts are the connection's own, bytes as the client saw them. */
  record ConnectionClosed(
      Instant at,
      String sessionId,
      String connectionId,
      String cause,
      long commands,
      long bytesIn,
      long bytesOut)
      implements SessionEvent {}

  /** A command was refused. */
  record Refused(
      Instant at,
      String sessionId,
      String connectionId,
      String command,
      String namespace,
      String rule,
      String sentence)
      implements SessionEvent {}

  /** The session's totals so far. A later one replaces an earlier one that is still unsent. */
  record Counters(
      Instant at,
      String sessionId,
      int connections,
      long commands,
      long refusals,
      long bytesIn,
      long bytesOut)
      implements SessionEvent {}

  /**
   * The session is over and all its connections are closed.
   *
   * @param recordedThrough index of the recording's last entry in the gateway's ledger, -1 if none
   */
  record Ended(
      Instant at,
      String sessionId,
      String leaseId,
      String code,
      String reason,
      long commands,
      long refusals,
      long bytesIn,
      long bytesOut,
      long recordedThrough)
      implements SessionEvent {}

  /**
   * Events of this session could not be kept while the control plane was away; the recording has
   * them.
   */
  record Dropped(Instant at, String sessionId, long count) implements SessionEvent {}
}
