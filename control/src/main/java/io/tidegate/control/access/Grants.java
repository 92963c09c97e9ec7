package io.tidegate.control.access;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;

/** Grants: what people may use now, or could. */
public interface Grants {

  /**
   * Grants, newest first.
   *
   * @param mine only the actor's own; otherwise also those of projects the actor administers
   * @param live only those that live now
   */
  Page<Grant> list(Actor actor, boolean mine, boolean live, Page.Ask ask);

  Grant grant(Actor actor, String grantId);

  /**
   * Ends a grant and everything under it. The grantee, an owner of the project and an administrator
   * may.
   */
  Grant revoke(Actor actor, String grantId, String reason);

  /** Whether the actor may end it. */
  boolean mayRevoke(Actor actor, Grant grant);
}
