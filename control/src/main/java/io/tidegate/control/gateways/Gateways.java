package io.tidegate.control.gateways;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Secret;
import java.time.Instant;

/** The gateways, and letting new ones join. For administrators. */
public interface Gateways {

  Page<Gateway> list(Actor actor, Page.Ask ask);

  /** A one-time token for a gateway of that name; told once, good for an hour. */
  record JoinToken(String name, Secret token, Instant expiresAt) {}

  JoinToken createJoinToken(Actor actor, String name);
}
