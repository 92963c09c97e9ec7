package io.tidegate.gateway.session;

import io.tidegate.wire.FrameBudget;
import org.jspecify.annotations.Nullable;

/**
 * What one connection makes the gateway hold of large messages, counted at its session and at the
 * gateway. On the connection's loop only.
 */
final class Holding implements FrameBudget {
  private final InFlight gateway;
  private @Nullable Session session;

  Holding(InFlight gateway) {
    this.gateway = gateway;
  }

  /** Says whose it is; before that nothing is lent. */
  void belongsTo(Session owner) {
    session = owner;
  }

  @Override
  public boolean take(int bytes) {
    Session owner = session;
    if (owner == null || !owner.hold(bytes)) {
      return false;
    }
    if (!gateway.hold(bytes)) {
      owner.letGo(bytes);
      return false;
    }
    return true;
  }

  /** Counts what is held already, and cannot be turned away. */
  void add(int bytes) {
    give(-bytes);
  }

  @Override
  public void give(int bytes) {
    Session owner = session;
    if (owner != null) {
      owner.letGo(bytes);
      gateway.letGo(bytes);
    }
  }
}
