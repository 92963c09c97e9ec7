package io.tidegate.control.access;

import io.tidegate.control.platform.PersonRef;
import java.time.Instant;

/**
 * Where an access request stands. Legal transitions are the methods; there are no others.
 *
 * <pre>
 *            (auto flow) ───────────────┐
 *                                       ▼
 *   PENDING_APPROVAL ──approve──────► ACTIVE ──end──► ENDED
 *      │     │     │
 *    reject cancel expire
 *      ▼     ▼     ▼
 *  REJECTED CANCELLED EXPIRED
 * </pre>
 */
public sealed interface RequestState {

  /** The names that the API and the database use. */
  enum Status {
    PENDING_APPROVAL,
    ACTIVE,
    REJECTED,
    CANCELLED,
    EXPIRED,
    ENDED;

    /** Whether nothing can follow. */
    public boolean isFinal() {
      return switch (this) {
        case PENDING_APPROVAL, ACTIVE -> false;
        case REJECTED, CANCELLED, EXPIRED, ENDED -> true;
      };
    }
  }

  Status status();

  /** Waits for an approver until {@code expiresAt}. */
  record PendingApproval(Instant expiresAt) implements RequestState {
    @Override
    public Status status() {
      return Status.PENDING_APPROVAL;
    }

    public Active approve(String grantId) {
      return new Active(grantId);
    }

    public Rejected reject(PersonRef by, String reason, Instant at) {
      return new Rejected(by, reason, at);
    }

    public Cancelled cancel(PersonRef by, String reason, Instant at) {
      return new Cancelled(by, reason, at);
    }

    /** Passes over to EXPIRED at the instant it was good until, whenever that is noticed. */
    public Expired expire() {
      return new Expired(expiresAt);
    }
  }

  /** Became a grant, which lives. */
  record Active(String grantId) implements RequestState {
    @Override
    public Status status() {
      return Status.ACTIVE;
    }

    public Ended end(Instant at) {
      return new Ended(grantId, at);
    }
  }

  /** An approver said no. */
  record Rejected(PersonRef by, String reason, Instant at) implements RequestState {
    @Override
    public Status status() {
      return Status.REJECTED;
    }
  }

  /** Withdrawn before anybody decided, by the requester or an administrator. */
  record Cancelled(PersonRef by, String reason, Instant at) implements RequestState {
    @Override
    public Status status() {
      return Status.CANCELLED;
    }
  }

  /** Nobody decided in time. */
  record Expired(Instant at) implements RequestState {
    @Override
    public Status status() {
      return Status.EXPIRED;
    }
  }

  /** The grant has ended; it says why. */
  record Ended(String grantId, Instant at) implements RequestState {
    @Override
    public Status status() {
      return Status.ENDED;
    }
  }
}
