package io.tidegate.gateway.session;

/** Why a client connection closed; goes into the session's events. */
public enum CloseCause {
  CLIENT_LEFT("client-left"),
  LOGGED_OUT("logged-out"),
  SESSION_ENDED("session-ended"),
  HANDSHAKE_DEADLINE("handshake-deadline"),
  TOO_MANY_CONNECTIONS("too-many-connections"),
  NOT_ADMITTED("not-admitted"),
  MALFORMED("malformed"),
  UNSUPPORTED_OPCODE("unsupported_opcode"),
  UPSTREAM_LOST("upstream-lost"),
  UPSTREAM_UNAVAILABLE("upstream-unavailable"),
  PRIMARY_CHANGED("primary-changed"),
  NOT_RECORDED("not-recorded"),
  FAULT("fault");

  private final String text;

  CloseCause(String text) {
    this.text = text;
  }

  /** Stable, as events and pages show it. */
  public String text() {
    return text;
  }
}
