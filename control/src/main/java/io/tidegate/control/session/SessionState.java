package io.tidegate.control.session;

import java.time.Instant;

/**
 * Where a session stands.
 *
 * <pre>
 *   STARTING ──ack──► ACTIVE ──end──► CLOSING ──confirmed──► ENDED | TERMINATED
 *      │                 │
 *      ├──refused──► FAILED
 *      └──end──► CLOSING └──gateway closed it──► ENDED | TERMINATED
 * </pre>
 */
public sealed interface SessionState {

  /** The names that the API and the database use. */
  enum Status {
    STARTING,
    ACTIVE,
    CLOSING,
    ENDED,
    TERMINATED,
    FAILED;

    /** Whether connections may exist under it. */
    public boolean isLive() {
      return switch (this) {
        case STARTING, ACTIVE, CLOSING -> true;
        case ENDED, TERMINATED, FAILED -> false;
      };
    }
  }

  /** Why a session ended. */
  enum EndReason {
    CLOSED("The user closed it", false),
    ABANDONED("The user's machine was gone", false),
    EXPIRED("The grant expired", true),
    REVOKED("The grant was revoked", true),
    ENDED_BY_ADMIN("An administrator ended it", true),
    IDLE("It was idle for too long", true),
    GATEWAY_RETIRED("Its gateway was retired", true),
    GATEWAY_LOST("The gateway no longer has it", true),
    NEVER_STARTED("It did not start", true);

    private final String sentence;
    private final boolean forced;

    EndReason(String sentence, boolean forced) {
      this.sentence = sentence;
      this.forced = forced;
    }

    /** For people, without a full stop. */
    public String sentence() {
      return sentence;
    }

    /** Whether it was ended over its user's head. */
    public boolean forced() {
      return forced;
    }
  }

  Status status();

  /** Written before the lease leaves; good until the gateway has answered. */
  record Starting() implements SessionState {
    @Override
    public Status status() {
      return Status.STARTING;
    }

    public Active acknowledge(Instant at) {
      return new Active(at);
    }

    public Failed fail(String detail, Instant at) {
      return new Failed(detail, at);
    }

    public Closing end(EndReason reason, String byUsername, String note, Instant at) {
      return new Closing(reason, byUsername, note, at);
    }
  }

  /** The gateway holds its lease. */
  record Active(Instant since) implements SessionState {
    @Override
    public Status status() {
      return Status.ACTIVE;
    }

    public Closing end(EndReason reason, String byUsername, String note, Instant at) {
      return new Closing(reason, byUsername, note, at);
    }

    /** The gateway ended it by itself. */
    public Over closed(EndReason reason, String note, Instant at) {
      return new Over(reason, "tidegate", note, at);
    }
  }

  /** To end; the gateway has not confirmed yet, and is told again until it does. */
  record Closing(EndReason reason, String byUsername, String note, Instant at)
      implements SessionState {
    @Override
    public Status status() {
      return Status.CLOSING;
    }

    public Over confirm() {
      return new Over(reason, byUsername, note, at);
    }
  }

  /** Over: ENDED by its user, TERMINATED over its user's head. */
  record Over(EndReason reason, String byUsername, String note, Instant at)
      implements SessionState {
    @Override
    public Status status() {
      return reason.forced() ? Status.TERMINATED : Status.ENDED;
    }
  }

  /** The gateway refused the lease, or could not sign in to the target. */
  record Failed(String detail, Instant at) implements SessionState {
    @Override
    public Status status() {
      return Status.FAILED;
    }
  }
}
