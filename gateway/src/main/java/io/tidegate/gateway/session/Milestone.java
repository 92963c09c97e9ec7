package io.tidegate.gateway.session;

/** What a new connection has reached; fired down its pipeline. */
public enum Milestone {
  /** It has said hello; a driver's monitor never says more. */
  GREETED,
  /** It has said who it is and belongs to a session. */
  IDENTIFIED
}
