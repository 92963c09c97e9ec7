package io.tidegate.control.gateways;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Secret;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** The gateways, and letting new ones join. For administrators. */
public interface Gateways {

  /** The name of the gateway that runs in the control plane's own process. */
  String EMBEDDED = "embedded";

  Page<Gateway> list(Actor actor, Page.Ask ask);

  /**
   * Takes a gateway out of service: no session goes to it, those it has end, and neither its key
   * nor a waiting token of its name lets it in again. Only a new token does. Retiring a retired one
   * changes nothing.
   *
   * @param reference id or name
   * @param reason for the audit trail; may be empty
   */
  Gateway retire(Actor actor, String reference, String reason);

  /**
   * Whether this is a certificate of a gateway that may connect now, as far as the control plane
   * goes. For the gateway that lives in this process, which joins again when it is not.
   */
  boolean recognizes(X509Certificate certificate);

  /** A one-time token for a gateway of that name; told once, good for an hour. */
  record Invitation(String id, String name, Secret token, Instant expiresAt) {}

  /** A token for a new gateway, or for one of that name that has to join again. */
  Invitation createJoinToken(Actor actor, String name);

  /** A token that was not used yet; its secret is not known any more. */
  record OpenInvitation(
      String id, String name, String createdBy, Instant createdAt, Instant expiresAt) {}

  /** Tokens that would let somebody in, newest first. */
  List<OpenInvitation> openJoinTokens(Actor actor);

  /** Makes a token worthless. */
  void revokeJoinToken(Actor actor, String id);
}
