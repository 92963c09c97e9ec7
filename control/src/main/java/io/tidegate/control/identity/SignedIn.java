package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A request's proof of who sent it: the actor, and the token that said so. */
final class SignedIn extends AbstractAuthenticationToken {
  private static final long serialVersionUID = 1L;

  private final transient Actor actor;
  private final transient Secret token;

  SignedIn(Actor actor, Secret token) {
    super(List.of());
    this.actor = actor;
    this.token = token;
    setAuthenticated(true);
  }

  @Override
  public Actor getPrincipal() {
    return actor;
  }

  /** The token; prints hidden. */
  @Override
  public Secret getCredentials() {
    return token;
  }
}
