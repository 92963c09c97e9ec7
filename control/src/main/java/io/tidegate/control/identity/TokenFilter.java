package io.tidegate.control.identity;

import io.tidegate.control.identity.Logins.TokenKind;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Says who sent a request: by its bearer token when it has one, else by the portal's cookie. A
 * bearer token that is not good is not made up for by a cookie.
 */
final class TokenFilter extends OncePerRequestFilter {
  private static final String BEARER = "Bearer ";

  private final Logins logins;
  private final PortalCookie cookie;

  TokenFilter(Logins logins, PortalCookie cookie) {
    this.logins = logins;
    this.cookie = cookie;
  }

  static boolean hasBearer(HttpServletRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
  }

  static Optional<Secret> bearer(HttpServletRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    return header != null && hasBearer(request)
        ? Optional.of(new Secret(header.substring(BEARER.length()).strip()))
        : Optional.empty();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<Secret> bearer = bearer(request);
    Optional<Secret> token = bearer.isPresent() ? bearer : cookie.read(request);
    TokenKind kind = bearer.isPresent() ? TokenKind.BEARER : TokenKind.PORTAL;
    String source = (bearer.isPresent() ? "api " : "portal ") + request.getRemoteAddr();
    Optional<Actor> actor = token.flatMap(t -> logins.holder(kind, t, source));
    if (actor.isPresent() && token.isPresent()) {
      SecurityContext context = SecurityContextHolder.createEmptyContext();
      context.setAuthentication(new SignedIn(actor.get(), token.get()));
      SecurityContextHolder.setContext(context);
    }
    try {
      chain.doFilter(request, response);
    } finally {
      SecurityContextHolder.clearContext();
    }
  }

  /** Server-sent events come back on another thread, and are somebody's there too. */
  @Override
  protected boolean shouldNotFilterAsyncDispatch() {
    return false;
  }

  @Override
  protected boolean shouldNotFilterErrorDispatch() {
    return false;
  }
}
