package io.tidegate.gateway.tunnel;

/** The application protocols (ALPN, RFC 7301) that a tunnel can carry. */
public final class Protocols {
  /** The raw bytes of one MongoDB connection. */
  public static final String MONGODB = "tidegate-mongodb/1";

  /** Notices about the session, one JSON document a line; open as long as its holder is there. */
  public static final String PRESENCE = "tidegate-presence/1";

  private Protocols() {}
}
