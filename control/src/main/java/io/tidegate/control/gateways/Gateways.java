package io.tidegate.control.gateways;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Secret;
import java.time.Instant;

/** The gateways, and letting new ones join. For administrators. */
public interface Gateways {

  /** The name of the gateway that runs in the control plane's own process. */
  String EMBEDDED = "embedded";

  Page<Gateway> list(Actor actor, Page.Ask ask);

  /** A one-time token for a gateway of that name; told once, good for an hour. */
  record Invitation(String name, Secret token, Instant expiresAt) {}

  /** A token for a new gateway, or for one of that name that has to join again. */
  Invitation createJoinToken(Actor actor, String name);
}
