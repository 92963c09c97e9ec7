package io.tidegate.control.access;

import java.time.Instant;

/**
 * Where a grant stands.
 *
 * <pre>
 *   ACTIVE ──expire | return | revoke | disable──► ENDED
 * </pre>
 *
 * Ending is a fact of the control plane, recorded first; cutting what lives under the grant follows
 * from it by reconciliation.
 */
public sealed interface GrantState {

  /** The names that the API and the database use. */
  enum Status {
    ACTIVE,
    ENDED
  }

  /** Why a grant ended. */
  enum EndReason {
    EXPIRED("The grant expired"),
    RETURNED("The grantee gave it back"),
    REVOKED_APPROVER("An owner of the project revoked it"),
    REVOKED_ADMIN("An administrator revoked it"),
    IDENTITY_DISABLED("The grantee was disabled"),
    POLICY_CHANGED("The account or its flow was removed");

    private final String sentence;

    EndReason(String sentence) {
      this.sentence = sentence;
    }

    /** For people, without a full stop. */
    public String sentence() {
      return sentence;
    }
  }

  Status status();

  /** Lives until it expires, at the latest. */
  record Active() implements GrantState {
    @Override
    public Status status() {
      return Status.ACTIVE;
    }

    public Ended expire(Instant expiresAt) {
      return new Ended(EndReason.EXPIRED, "tidegate", "", expiresAt);
    }

    public Ended end(EndReason reason, String byUsername, String note, Instant at) {
      return new Ended(reason, byUsername, note, at);
    }
  }

  /**
   * Over.
   *
   * @param byUsername who ended it
   * @param note what they said; may be empty
   */
  record Ended(EndReason reason, String byUsername, String note, Instant at) implements GrantState {
    @Override
    public Status status() {
      return Status.ENDED;
    }
  }
}
