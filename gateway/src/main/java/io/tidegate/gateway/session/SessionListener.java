package io.tidegate.gateway.session;

/** Hears what happens in sessions, to report it. Called on event loops: must not block. */
public interface SessionListener {

  /** The holder came for the first time, by a connection or by presence. */
  void started(Session session, String clientAddress);

  /** A client has said who it is, or has sent its first command without saying. */
  void connectionOpened(Session session, ConnectionFacts connection);

  void connectionClosed(Session session, ConnectionFacts connection, CloseCause cause);

  /**
   * A command, or a whole connection, was refused.
   *
   * @param command its name, or empty where there was none
   * @param namespace what it named, or empty
   * @param rule a {@link io.tidegate.access.RuleId}'s id, a wire rule as {@code malformed-F6}, or
   *     {@code unsupported_opcode}
   */
  void refused(
      Session session,
      ConnectionFacts connection,
      String command,
      String namespace,
      String rule,
      String sentence);

  /** All connections are gone or going; nothing of this session is forwarded any more. */
  void ended(Session session, Ending ending);
}
