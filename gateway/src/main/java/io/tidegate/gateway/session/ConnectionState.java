package io.tidegate.gateway.session;

/**
 * Where a client connection stands. Each state is a record; its methods are the only ways out of
 * it.
 *
 * <pre>
 *              certificate or SCRAM
 *   Arriving ───────────────────────▶ Idle ◀──────────────────────┐
 *      │                              │  │                       │ answered
 *      │                first command │  │ command               │
 *      │                              ▼  ▼                       │
 *      │                          Opening ──opened──▶ Busy ──────┘
 *      │                              │                │
 *      └───────────┬──────────────────┴───────┬────────┘
 *                  ▼ (last words, then)       ▼
 *               Parting ─────────────────▶ Closed
 * </pre>
 *
 * <p>Back-pressure: in {@code Opening} and {@code Busy} a further request waits in the connection
 * and reading from the client stops; a reply that the client does not take stops reading from the
 * target.
 */
public sealed interface ConnectionState {

  /** Accepted by the direct listener; only hello and sign-in are served. */
  record Arriving() implements ConnectionState {
    Idle bound(Session session) {
      return new Idle(session);
    }

    Parting parting(CloseCause cause) {
      return new Parting(cause);
    }

    Closed closed(CloseCause cause) {
      return new Closed(cause);
    }
  }

  /** Belongs to a session; no request is under way. */
  record Idle(Session session) implements ConnectionState {
    Opening opening(Exchange first) {
      return new Opening(this, first);
    }

    Busy busy(Exchange exchange) {
      return new Busy(this, exchange);
    }

    Parting parting(CloseCause cause) {
      return new Parting(cause);
    }

    Closed closed(CloseCause cause) {
      return new Closed(cause);
    }
  }

  /** The first real command waits for its upstream connection. */
  record Opening(Idle idle, Exchange first) implements ConnectionState {
    Busy opened() {
      return new Busy(idle, first);
    }

    Idle abandoned() {
      return idle;
    }

    Parting parting(CloseCause cause) {
      return new Parting(cause);
    }

    Closed closed(CloseCause cause) {
      return new Closed(cause);
    }
  }

  /** A request is at the target; its reply, or its stream of replies, is awaited. */
  record Busy(Idle idle, Exchange exchange) implements ConnectionState {
    Idle answered() {
      return idle;
    }

    Parting parting(CloseCause cause) {
      return new Parting(cause);
    }

    Closed closed(CloseCause cause) {
      return new Closed(cause);
    }
  }

  /** Last words are being written; nothing is read any more. */
  record Parting(CloseCause cause) implements ConnectionState {
    Closed closed() {
      return new Closed(cause);
    }
  }

  record Closed(CloseCause cause) implements ConnectionState {}
}
